/** Finds the files that hold a pattern, where there is no ripgrep to do it. */

import type { Workspace } from '../../platform/workspace.ts'
import { readPieces } from './read-lines.ts'
import { type SearchPattern, searchPattern } from './search-pattern.ts'
import { walkFiles } from './walk-files.ts'

const READERS = 16
/** ripgrep's buffer: a NUL this near makes a file binary before a match in it counts. */
const BINARY_BYTES = 64 * 1024
/** How much of one line is searched: so many readers at once may each hold that. ripgrep takes lines whole. */
const LINE_BYTES_MAX = 8 * 1024 * 1024

export interface FileSearch {
  readonly pattern: string
  readonly include?: string
  /** Absolute; a folder or one file. */
  readonly path: string
}

/** Absolute paths, in no order. @throws {SearchError} The pattern is none. */
export async function searchFiles(
  { pattern, include, path }: FileSearch,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<string[]> {
  const wanted = searchPattern(pattern)
  const found: string[] = []
  const check = async (file: string) => {
    try {
      if (await holds(file, wanted, workspace, signal)) found.push(file)
    } catch (error) {
      // A file that cannot be read is passed over, as ripgrep does when told to be quiet.
      if (signal.aborted) throw error
    }
  }

  const info = await workspace.stat(await workspace.readable(path))
  if (info?.kind === 'file') await check(path)
  else {
    const files = walkFiles(workspace, {
      folder: path,
      hidden: false,
      folders: false,
      signal,
      ...(include !== undefined && { include }),
    })
    await Promise.all(
      Array.from({ length: READERS }, async () => {
        for (let next = await files.next(); next.done !== true; next = await files.next()) {
          await check(next.value.path)
        }
      }),
    )
  }
  return found
}

/** Whether one of the file's lines matches; never in a binary file. */
async function holds(
  file: string,
  wanted: SearchPattern,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<boolean> {
  for await (const piece of readPieces(workspace, file, { signal, lineBytesMax: LINE_BYTES_MAX })) {
    const nul = piece.indexOf(0)
    const text = Buffer.from(piece.buffer, piece.byteOffset, nul === -1 ? piece.length : nul).toString('utf8')
    const offset = wanted.matchOffset(text)
    if (offset !== null) return nul === -1 || offset < nul - (nul % BINARY_BYTES)
    if (nul !== -1) return false
  }
  return false
}
