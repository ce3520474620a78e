/** Finds where a piece of UTF-8 may be cut. */

/** How many bytes a character takes that begins with `lead`; 1 for what begins none. */
function characterBytes(lead: number): number {
  if (lead >= 0b1111_1000) return 1
  if (lead >= 0b1111_0000) return 4
  if (lead >= 0b1110_0000) return 3
  return lead >= 0b1100_0000 ? 2 : 1
}

function isInsideCharacter(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000
}

/** Where a last character begins that is not all there; the length where nothing is missing. */
export function completeLength(bytes: Uint8Array): number {
  const earliest = Math.max(0, bytes.length - 3)
  for (let at = bytes.length - 1; at >= earliest; at -= 1) {
    if (isInsideCharacter(bytes[at])) continue
    return at + characterBytes(bytes[at] ?? 0) > bytes.length ? at : bytes.length
  }
  return bytes.length
}

/** Where the first character begins. */
export function characterStart(bytes: Uint8Array): number {
  let at = 0
  while (at < 3 && isInsideCharacter(bytes[at])) at += 1
  return at
}

/** Pieces of `text`, each at most `bytesMax` bytes of UTF-8 and none cut inside a character. */
export function* piecesOf(text: string, bytesMax: number): Generator<string> {
  if (text.length * 3 <= bytesMax) {
    if (text !== '') yield text
    return
  }
  const bytes = Buffer.from(text)
  for (let from = 0; from < bytes.length; ) {
    const piece = bytes.subarray(from, from + bytesMax)
    const length = from + bytesMax >= bytes.length ? piece.length : completeLength(piece)
    yield piece.toString('utf8', 0, length)
    from += length
  }
}

/**
 * A function that cuts a stream of bytes between characters: what is incomplete waits for the next chunk.
 *
 * Call it without a chunk at the end for what was never completed.
 */
export function characterCutter(): (chunk?: Buffer) => Buffer {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    if (chunk === undefined) {
      const last = rest
      rest = Buffer.alloc(0)
      return last
    }
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const length = completeLength(bytes)
    rest = length === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(length))
    return bytes.subarray(0, length)
  }
}
