/** Reads the text of one field out of a JSON object that is still arriving. */

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

export interface ArgumentText {
  /** @returns The piece of the field's text that `delta` brought, perhaps none. */
  push(delta: string): string
}

/**
 * The text of the string field `name` at the top of a JSON object, as it comes.
 *
 * Escapes may be cut anywhere. Other fields are passed over, a second one of the same name too. Whether the whole is
 * JSON at all is for whoever parses it in the end.
 */
export function argumentText(name: string): ArgumentText {
  /** Open braces and brackets. */
  let depth = 0
  let state: 'outside' | 'string' | 'escape' | 'unicode' = 'outside'
  let place: 'key' | 'value' = 'key'
  let key = ''
  let digits = ''
  let isDone = false

  const isKey = () => depth === 1 && place === 'key'
  const isWanted = () => depth === 1 && place === 'value' && key === name && !isDone

  /** Keeps a decoded piece of the string that is being read; what is of the wanted field is the answer. */
  function keep(text: string): string {
    if (isKey()) key += text
    return isWanted() ? text : ''
  }

  function outside(sign: string): void {
    if (sign === '"') {
      if (isKey()) key = ''
      state = 'string'
    } else if (sign === '{' || sign === '[') depth += 1
    else if (sign === '}' || sign === ']') depth -= 1
    else if (depth === 1 && sign === ':') place = 'value'
    else if (depth === 1 && sign === ',') place = 'key'
  }

  function takeEscape(sign: string): string {
    state = sign === 'u' ? 'unicode' : 'string'
    return sign === 'u' ? '' : keep(ESCAPES[sign] ?? sign)
  }

  function takeDigit(sign: string): string {
    digits += sign
    if (digits.length < 4) return ''
    // Half of a pair is a unit of its own until the other half comes behind it.
    const unit = String.fromCharCode(Number.parseInt(digits, 16))
    digits = ''
    state = 'string'
    return keep(unit)
  }

  return {
    push(delta) {
      let text = ''
      for (let at = 0; at < delta.length; at += 1) {
        const sign = delta.charAt(at)
        if (state === 'outside') outside(sign)
        else if (state === 'escape') text += takeEscape(sign)
        else if (state === 'unicode') text += takeDigit(sign)
        else if (sign === '\\') state = 'escape'
        else if (sign === '"') {
          if (isWanted()) isDone = true
          state = 'outside'
        } else {
          const end = plainEnd(delta, at)
          text += keep(delta.slice(at, end))
          at = end - 1
        }
      }
      return text
    },
  }
}

/** Where the run of plain signs that begins at `from` ends. */
function plainEnd(delta: string, from: number): number {
  let end = from
  while (end < delta.length && delta[end] !== '"' && delta[end] !== '\\') end += 1
  return end
}
