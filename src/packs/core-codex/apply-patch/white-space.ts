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

function startOf(text: string): number {
  let start = 0
  while (start < text.length && isWhiteSpace(text.charCodeAt(start))) start += 1
  return start
}

function endOf(text: string): number {
  let end = text.length
  while (end > 0 && isWhiteSpace(text.charCodeAt(end - 1))) end -= 1
  return end
}

export function trimEnd(text: string): string {
  return text.slice(0, endOf(text))
}

export function trim(text: string): string {
  const end = endOf(text)
  return text.slice(Math.min(startOf(text), end), end)
}
