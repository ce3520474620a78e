/** Reads a file's lines a piece at a time, so that a long file never lies in memory as a whole. */

import type { Workspace } from '../../platform/workspace.ts'
import { isCodexError } from '../../protocol/errors.ts'
import { FileAccessError } from './errors.ts'

const CHUNK_BYTES = 1024 * 1024
const NEWLINE = 0x0a

/**
 * Bytes of a file, each piece ending at a line's end (the last wherever the file ends).
 *
 * @throws {FileAccessError} @throws {PathDeniedError}
 */
export async function* readPieces(
  workspace: Workspace,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const pending: Uint8Array[] = []
  for (let offset = 0; ; ) {
    const chunk = await readChunk(workspace, path, offset, signal)
    offset += chunk.length
    const isLast = chunk.length < CHUNK_BYTES
    const end = isLast ? chunk.length : chunk.lastIndexOf(NEWLINE) + 1
    if (end > 0) yield concat([...pending.splice(0), chunk.subarray(0, end)])
    else if (isLast && pending.length > 0) yield concat(pending)
    if (isLast) return
    if (end < chunk.length) pending.push(chunk.subarray(end))
  }
}

/**
 * Lines of a file in batches, without their ends. What is no UTF-8 reads as U+FFFD.
 *
 * @throws {FileAccessError} @throws {PathDeniedError}
 */
export async function* readLines(
  workspace: Workspace,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for await (const piece of readPieces(workspace, path, signal)) {
    const lines = decoder.decode(piece).split('\n')
    // A newline ends a line; it begins none.
    if (lines.at(-1) === '') lines.pop()
    yield lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
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
