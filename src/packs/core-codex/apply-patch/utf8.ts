/** Strict UTF-8, with Rust's words for what is wrong: Codex passes them on to the model. */

// A byte order mark is part of the text: the first line's context has to match it.
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @throws {InvalidUtf8Error} */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch {
    throw new InvalidUtf8Error(bytes)
  }
}

export class InvalidUtf8Error extends Error {
  override readonly name = 'InvalidUtf8Error'

  constructor(bytes: Uint8Array) {
    const { at, length } = firstInvalid(bytes)
    super(
      length === null
        ? `incomplete utf-8 byte sequence from index ${at}`
        : `invalid utf-8 sequence of ${length} bytes from index ${at}`,
    )
  }
}

/** Where the first invalid sequence begins. `length` is null when the bytes end inside a sequence that began well. */
function firstInvalid(bytes: Uint8Array): { at: number; length: number | null } {
  let at = 0
  while (at < bytes.length) {
    const rest = followersOf(bytes[at] ?? 0)
    if (rest === null) return { at, length: 1 }
    for (const [index, [low, high]] of rest.entries()) {
      const byte = bytes[at + 1 + index]
      if (byte === undefined) return { at, length: null }
      if (byte < low || byte > high) return { at, length: index + 1 }
    }
    at += 1 + rest.length
  }
  return { at, length: null }
}

type Range = readonly [low: number, high: number]
const ANY: Range = [0x80, 0xbf]

/**
 * The ranges that the bytes behind a first byte must lie in; null when no sequence begins with it.
 *
 * @see Unicode 16, table 3-7
 */
function followersOf(first: number): readonly Range[] | null {
  if (first < 0x80) return []
  if (first >= 0xc2 && first <= 0xdf) return [ANY]
  if (first === 0xe0) return [[0xa0, 0xbf], ANY]
  if (first === 0xed) return [[0x80, 0x9f], ANY]
  if (first >= 0xe1 && first <= 0xef) return [ANY, ANY]
  if (first === 0xf0) return [[0x90, 0xbf], ANY, ANY]
  if (first >= 0xf1 && first <= 0xf3) return [ANY, ANY, ANY]
  return first === 0xf4 ? [[0x80, 0x8f], ANY, ANY] : null
}
