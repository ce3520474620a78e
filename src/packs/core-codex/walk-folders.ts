/** Reads a folder with the folders in it, several at a time. */

import path from 'node:path'
import type { DirectoryEntry, Workspace } from '../../platform/workspace.ts'

/** More would only wait for each other: Node has four threads for files. */
const FOLDERS_AT_ONCE = 8

export interface WalkedFolder {
  /** Absolute. */
  readonly folder: string
  /** What to put before an entry's name to get its path from where the walk began: empty, or ends with `/`. */
  readonly prefix: string
  readonly entries: readonly DirectoryEntry[]
}

export interface FolderWalk {
  /** Absolute. */
  readonly folder: string
  /** Levels of folders to read; default all. */
  readonly depth?: number
  /** Leaves entries out; folders among them are not read. Default keeps all. */
  readonly select?: (read: WalkedFolder) => Promise<readonly DirectoryEntry[]>
  readonly signal: AbortSignal
}

/**
 * Folders as they are read, in no order.
 *
 * Links are entries, never ways down. A folder inside that cannot be read, or went away, is passed over.
 *
 * @throws What the workspace says of the folder where the walk begins.
 */
export async function* walkFolders(workspace: Workspace, walk: FolderWalk): AsyncGenerator<WalkedFolder> {
  const { folder, depth = Number.POSITIVE_INFINITY, signal } = walk
  const root = { folder, prefix: '', depth }
  // The newest first: a tree is deeper than wide, and what waits is then little.
  const waiting = [root]
  const reading = new Set<Promise<void>>()
  const done: { read: WalkedFolder; depth: number }[] = []

  const start = (next: typeof root) => {
    const entry = readFolder(workspace, walk, next)
      .then(
        (read) => void done.push({ read, depth: next.depth }),
        (error: unknown) => {
          if (next === root || signal.aborted) throw error
        },
      )
      .finally(() => reading.delete(entry))
    reading.add(entry)
  }

  try {
    while (waiting.length > 0 || reading.size > 0 || done.length > 0) {
      signal.throwIfAborted()
      while (reading.size < FOLDERS_AT_ONCE) {
        const next = waiting.pop()
        if (next === undefined) break
        start(next)
      }
      // While whoever walks was busy, some may have been read to their end.
      if (done.length === 0) await Promise.race(reading)
      for (const { read, depth } of done.splice(0)) {
        if (depth > 1) waiting.push(...foldersIn(read, depth - 1))
        yield read
      }
    }
  } finally {
    await Promise.allSettled(reading)
  }
}

async function readFolder(
  workspace: Workspace,
  { select, signal }: FolderWalk,
  { folder, prefix }: Pick<WalkedFolder, 'folder' | 'prefix'>,
): Promise<WalkedFolder> {
  const read = { folder, prefix, entries: await workspace.list(folder, { signal }) }
  return select === undefined ? read : { ...read, entries: await select(read) }
}

/** As `path.join`, for a folder that is absolute already: it is asked for by the ten thousand. */
export function entryPath(folder: string, name: string): string {
  return folder.endsWith(path.sep) ? folder + name : folder + path.sep + name
}

function foldersIn({ folder, prefix, entries }: WalkedFolder, depth: number) {
  return entries
    .filter(({ kind, isUnreachable }) => kind === 'directory' && isUnreachable !== true)
    .map(({ name }) => ({ folder: entryPath(folder, name), prefix: `${prefix}${name}/`, depth }))
}
