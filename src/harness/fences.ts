/** Finds the script in what a model wrapped into markdown. */

const WHOLE = /^\s*(`{3,}|~{3,})([\w+#-]*)[^\n]*\n([\s\S]*?)\n?[ \t]*\1\s*$/
const INSIDE = /(?:^|\n)(`{3,}|~{3,})[^\n]*\n([\s\S]*?)\n[ \t]*\1[ \t]*(?=\n|$)/g

/** As many lines before it as there were, so that positions stay the model's own. */
function atItsLine(source: string, content: string, start: number): string {
  const lines = source.slice(0, start).split('\n').length - 1
  return '\n'.repeat(lines) + content
}

/** The source inside its fence, or as it is when no fence is around the whole of it. */
export function withoutFence(source: string): string {
  const found = WHOLE.exec(source)
  const content = found?.[3]
  if (content === undefined) return source
  return atItsLine(source, content, source.indexOf('\n', source.search(/\S/)) + 1)
}

/** The one fenced block in a text with prose around it; undefined when there is none, or several. */
export function onlyFencedBlock(source: string): string | undefined {
  const blocks = [...source.matchAll(INSIDE)]
  const [block] = blocks
  if (block === undefined || blocks.length > 1) return undefined
  const content = block[2] ?? ''
  const start = block.index + block[0].indexOf('\n', block[0].startsWith('\n') ? 1 : 0) + 1
  return atItsLine(source, content, start)
}
