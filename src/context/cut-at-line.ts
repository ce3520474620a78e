/** Cuts a text that is too long at the end of a line. */

import { StringDecoder } from 'node:string_decoder'

export interface CutText {
  readonly text: string
  /** How many bytes of the original are in it; a line end that was put behind a broken line does not count. */
  readonly bytes: number
}

/** At most `bytesMax` bytes, up to the end of a line; where not one line fits, up to the end of a character. */
export function cutAtLine(bytes: Buffer, bytesMax: number): CutText {
  const lineEnd = bytesMax === 0 ? 0 : bytes.lastIndexOf('\n', bytesMax - 1) + 1
  if (lineEnd > 0) return { text: bytes.toString('utf8', 0, lineEnd), bytes: lineEnd }
  // The decoder keeps back a character of which the end is missing.
  const text = new StringDecoder('utf8').write(bytes.subarray(0, bytesMax))
  return { text: text === '' ? '' : `${text}\n`, bytes: Buffer.byteLength(text) }
}
