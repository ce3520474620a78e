/** The JSON text of a request's body. */

const textsOfTools = new WeakMap<object, string>()

/**
 * As `JSON.stringify` gives it. The tools are most of a short conversation's bytes and the same from step to step, so
 * their text is made once for the same array.
 */
export function bodyText(body: object): string {
  const fields: string[] = []
  for (const [name, value] of Object.entries(body)) {
    const text = name === 'tools' && Array.isArray(value) ? textOfTools(value) : JSON.stringify(value)
    if (text !== undefined) fields.push(`${JSON.stringify(name)}:${text}`)
  }
  return `{${fields.join(',')}}`
}

function textOfTools(tools: readonly unknown[]): string {
  const text = textsOfTools.get(tools) ?? JSON.stringify(tools)
  textsOfTools.set(tools, text)
  return text
}
