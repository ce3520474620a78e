/** Finds the files that hold a pattern, where there is no ripgrep to do it. */

import type { Workspace } from '../../platform/workspace.ts'
import { SearchError } from './errors.ts'
import { type SearchPattern, searchPattern } from './search-pattern.ts'
import { searchPieces, wholePiece } from './search-pieces.ts'
import { walkFiles } from './walk-files.ts'
import { entryPath, type WalkedFolder } from './walk-folders.ts'

const BATCHES_AT_ONCE = 2
const FILES_IN_BATCH = 64
/** Most files are shorter, and are read with one request. */
const HEAD_BYTES = 64 * 1024
/** ripgrep's buffer: a NUL this near makes a file binary before a match in it counts. */
const BINARY_BYTES = 64 * 1024
/** How much of one line is searched. ripgrep takes lines whole. */
const LINE_BYTES_MAX = 8 * 1024 * 1024

export interface FileSearch {
  readonly pattern: string
  readonly include?: string
  /** Absolute; a folder or one file. */
  readonly path: string
}

interface Search {
  readonly wanted: SearchPattern
  readonly workspace: Workspace
  readonly signal: AbortSignal
}

/** Absolute paths, in no order. @throws {SearchError} The pattern is none, or takes too long. */
export async function searchFiles(
  { pattern, include, path }: FileSearch,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<string[]> {
  const search = { wanted: searchPattern(pattern), workspace, signal }
  const info = await workspace.stat(await workspace.readable(path))
  if (info?.kind === 'file') return (await holds(path, search)) ? [path] : []

  const walk = { folder: path, hidden: false, signal, ...(include !== undefined && { include }) }
  return searchBatches(batchesOf(walkFiles(workspace, walk)), search)
}

/** Files of one folder. */
interface Batch {
  readonly folder: string
  readonly names: readonly string[]
}

async function* batchesOf(folders: AsyncIterable<WalkedFolder>): AsyncGenerator<Batch, undefined> {
  for await (const { folder, entries } of folders) {
    const names = entries.filter(({ kind }) => kind === 'file').map(({ name }) => name)
    for (let from = 0; from < names.length; from += FILES_IN_BATCH) {
      yield { folder, names: names.slice(from, from + FILES_IN_BATCH) }
    }
  }
}

async function searchBatches(batches: AsyncGenerator<Batch, undefined>, search: Search): Promise<string[]> {
  const found: string[] = []
  const searchOnes = async () => {
    try {
      for (let next = await batches.next(); next.done !== true; next = await batches.next()) {
        found.push(...(await searchBatch(next.value, search)))
      }
    } finally {
      // One that failed ends the others too.
      await batches.return(undefined)
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: BATCHES_AT_ONCE }, searchOnes))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return found
}

async function searchBatch({ folder, names }: Batch, search: Search): Promise<string[]> {
  const { workspace, wanted, signal } = search
  const heads = await workspace.readHeads(folder, names, { bytesMax: HEAD_BYTES, signal })
  const isWhole = (head: Uint8Array) => head.length < HEAD_BYTES
  // All at once, because patterns that are searched for under guard share it.
  const verdicts = await Promise.all(
    heads.map((head) => head !== null && isWhole(head) && matches(wholePiece(head), wanted)),
  )
  const found: string[] = []
  for (const [index, head] of heads.entries()) {
    const file = entryPath(folder, names[index] ?? '')
    const isLong = head !== null && !isWhole(head)
    if (isLong ? await holds(file, search) : verdicts[index]) found.push(file)
  }
  return found
}

/** Whether one of the file's lines matches; never in a binary file, nor in one that cannot be read. */
async function holds(file: string, { wanted, workspace, signal }: Search): Promise<boolean> {
  try {
    for await (const piece of searchPieces(workspace, file, { signal, lineBytesMax: LINE_BYTES_MAX })) {
      if (await matches(piece, wanted)) return true
      if (piece.includes(0)) return false
    }
  } catch (error) {
    // ripgrep, too, passes over what it cannot read when it is told to be quiet.
    if (signal.aborted || error instanceof SearchError) throw error
  }
  return false
}

async function matches(piece: Buffer, wanted: SearchPattern): Promise<boolean> {
  const nul = piece.indexOf(0)
  const searched = nul === -1 ? piece : piece.subarray(0, nul - (nul % BINARY_BYTES))
  if (searched.length === 0) return false
  const offset = await wanted.matchOffset(searched)
  return offset !== null
}
