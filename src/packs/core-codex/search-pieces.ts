/** A file's lines as a search sees them: a byte order mark says how they are written, and is none of them. */

import type { Workspace } from '../../platform/workspace.ts'
import { readPieces } from './read-lines.ts'

const CHUNK_BYTES = 1024 * 1024

export interface PieceOptions {
  readonly signal: AbortSignal
  /** Longer lines are cut. */
  readonly lineBytesMax: number
}

/**
 * Pieces of UTF-8, each ending where a line does.
 *
 * @throws {FileAccessError} @throws {PathDeniedError}
 */
export async function* searchPieces(
  workspace: Workspace,
  file: string,
  options: PieceOptions,
): AsyncGenerator<Buffer> {
  let isFirst = true
  for await (const piece of readPieces(workspace, file, options)) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length)
    const encoding = isFirst ? encodingOf(bytes) : null
    if (encoding !== null && encoding !== 'utf-8')
      return yield* transcoded(workspace, file, encoding, options)
    yield encoding === null ? bytes : withoutMark(bytes)
    isFirst = false
  }
}

/** `searchPieces` of a file that is there as a whole. */
export function wholePiece(bytes: Uint8Array): Buffer {
  const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const encoding = encodingOf(piece)
  if (encoding === null) return piece
  return encoding === 'utf-8' ? withoutMark(piece) : Buffer.from(new TextDecoder(encoding).decode(piece))
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/** As the mark says; null without one. */
function encodingOf(bytes: Uint8Array): Encoding | null {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : null
}

const withoutMark = (bytes: Buffer) => bytes.subarray(3)

async function* transcoded(
  workspace: Workspace,
  file: string,
  encoding: Encoding,
  { signal, lineBytesMax }: PieceOptions,
): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding)
  let text = ''
  for (let offset = 0, isLast = false; !isLast; ) {
    const chunk = await workspace.readBytes(file, { offset, limit: CHUNK_BYTES, signal })
    offset += chunk.length
    isLast = chunk.length < CHUNK_BYTES
    text += decoder.decode(chunk, { stream: !isLast })
    const end = isLast || text.length > lineBytesMax ? text.length : text.lastIndexOf('\n') + 1
    if (end > 0) yield Buffer.from(text.slice(0, end))
    text = text.slice(end)
  }
}
