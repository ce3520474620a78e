/** Reads a file's lines a piece at a time, so that a long file never lies in memory as a whole. */

import { completeLength } from '../../platform/utf8.ts'
import type { Workspace } from '../../platform/workspace.ts'
import { isCodexError } from '../../protocol/errors.ts'
import { FileAccessError } from './errors.ts'

const CHUNK_BYTES = 1024 * 1024
/** Of one line: a file need not have lines, and would else lie in memory as a whole. Nobody reads longer ones. */
const LINE_BYTES_MAX = CHUNK_BYTES
const NEWLINE = 0x0a

/**
 * Bytes of a file, each piece ending where a line does (the last wherever the file ends).
 *
 * A line longer than `lineBytesMax` is cut to that, and ends its piece without a newline.
 *
 * @param options.lineBytesMax 1 MiB or more.
 * @throws {FileAccessError} @throws {PathDeniedError}
 */
export async function* readPieces(
  workspace: Workspace,
  path: string,
  { signal, lineBytesMax }: { readonly signal: AbortSignal; readonly lineBytesMax: number },
): AsyncGenerator<Uint8Array> {
  const piecesOf = pieceCutter(lineBytesMax)
  for (let offset = 0, isLast = false; !isLast; ) {
    const chunk = await readChunk(workspace, path, offset, signal)
    offset += chunk.length
    isLast = chunk.length < CHUNK_BYTES
    yield* piecesOf(chunk, isLast)
  }
}

/**
 * Lines of a file in batches, without their ends, each cut to 1 MiB. What is no UTF-8 reads as U+FFFD.
 *
 * @throws {FileAccessError} @throws {PathDeniedError}
 */
export async function* readLines(
  workspace: Workspace,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for await (const piece of readPieces(workspace, path, { signal, lineBytesMax: LINE_BYTES_MAX })) {
    const lines = decoder.decode(piece).split('\n')
    // A newline ends a line; it begins none.
    if (lines.at(-1) === '') lines.pop()
    yield lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  }
}

/** Cuts chunks, none longer than `lineBytesMax`, into the pieces that `readPieces` promises. */
function pieceCutter(lineBytesMax: number): (chunk: Uint8Array, isLast: boolean) => Generator<Uint8Array> {
  /** What came since the last piece: a line that has no end yet. */
  let begun: Uint8Array[] = []
  let begunBytes = 0
  /** What comes is the rest of a line that was cut. */
  let isPastCut = false

  function keep(bytes: Uint8Array): void {
    if (bytes.length > 0) begun.push(bytes)
    begunBytes += bytes.length
  }

  function take(): Uint8Array {
    const piece = concat(begun)
    begun = []
    begunBytes = 0
    return piece
  }

  return function* (chunk, isLast) {
    const newline = chunk.indexOf(NEWLINE)
    // First the line that goes on from the chunk before: only it can be too long.
    const lineEnd = newline === -1 ? chunk.length : newline + 1
    if (!isPastCut && begunBytes + lineEnd > lineBytesMax) {
      keep(chunk.subarray(0, lineBytesMax - begunBytes))
      const cut = take()
      yield cut.subarray(0, completeLength(cut))
      isPastCut = true
    } else if (!isPastCut) keep(chunk.subarray(0, lineEnd))
    if (newline !== -1) isPastCut = false

    // Then all lines that are whole; what is left waits.
    const end = isLast ? chunk.length : Math.max(lineEnd, chunk.lastIndexOf(NEWLINE) + 1)
    keep(chunk.subarray(lineEnd, end))
    if ((isLast || newline !== -1) && begunBytes > 0) yield take()
    keep(chunk.subarray(end))
  }
}

async function readChunk(
  workspace: Workspace,
  path: string,
  offset: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  try {
    return await workspace.readBytes(path, { offset, limit: CHUNK_BYTES, signal })
  } catch (error) {
    if (isCodexError(error) || signal.aborted) throw error
    throw new FileAccessError(path, error)
  }
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces)
}
