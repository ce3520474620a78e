/** Trimming by Unicode's White_Space property, which is what Codex trims and not quite what JavaScript does. */

/** `String.prototype.trim` also takes U+FEFF and leaves U+0085. */
function isWhiteSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d)
  return (
    unit === 0x85 ||
    unit === 0xa0 ||
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  )
}

/** Where `text` begins and ends without the white space around it. */
export function trimmedSpan(text: string): readonly [from: number, to: number] {
  let to = text.length
  while (to > 0 && isWhiteSpace(text.charCodeAt(to - 1))) to -= 1
  let from = 0
  while (from < to && isWhiteSpace(text.charCodeAt(from))) from += 1
  return [from, to]
}

export function trimEnd(text: string): string {
  let to = text.length
  while (to > 0 && isWhiteSpace(text.charCodeAt(to - 1))) to -= 1
  return to === text.length ? text : text.slice(0, to)
}

export function trim(text: string): string {
  const end = trimEnd(text)
  let from = 0
  while (from < end.length && isWhiteSpace(end.charCodeAt(from))) from += 1
  return from === 0 ? end : end.slice(from)
}
