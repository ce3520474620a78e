/** The files that a patch is applied to, as a port: a folder of this machine, or whatever a host has instead. */

import {
  lstatSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { chmod, mkdir, readFile, rm, rmdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** Paths are absolute. Links are followed, except by `remove`. */
export interface PatchFiles {
  /** Null where nothing is. */
  kindOf(path: string): Promise<'file' | 'directory' | 'other' | null>
  /** @throws What the system says, with its `code`. */
  read(path: string): Promise<Uint8Array>
  /** Replaces what is there, and makes the folders above it. */
  write(path: string, text: string): Promise<void>
  remove(path: string): Promise<void>
  /** Remember what is at `path`; the answer puts it back. */
  snapshot(path: string): Promise<() => Promise<void>>
  /** Asked before the first write of all. @throws Nothing may be written there. */
  checkWritable?(path: string): Promise<void>
}

/** Up to this size a file is read and written at once: handing it to Node's threads takes longer than the deed. */
const SMALL_BYTES = 256 * 1024

/** Files of this machine, with nothing held back. */
export const diskFiles: PatchFiles = {
  async kindOf(at) {
    const info = statSync(at, { throwIfNoEntry: false })
    if (info === undefined) return null
    return info.isFile() ? 'file' : info.isDirectory() ? 'directory' : 'other'
  },
  async read(at) {
    return statSync(at).size <= SMALL_BYTES ? readFileSync(at) : readFile(at)
  },
  async write(at, text) {
    try {
      await put(at, text)
    } catch (error) {
      if (!isMissing(error)) throw error
      await mkdir(path.dirname(at), { recursive: true })
      await put(at, text)
    }
  },
  remove: async (at) => unlinkSync(at),
  snapshot,
}

async function put(at: string, text: string): Promise<void> {
  if (text.length <= SMALL_BYTES) writeFileSync(at, text)
  else await writeFile(at, text)
}

async function snapshot(at: string): Promise<() => Promise<void>> {
  const info = lstatOrNull(at)
  if (info === null) {
    const missing = missingFolders(at)
    return async () => {
      await rm(at, { force: true })
      for (const folder of missing) await rmdir(folder).catch(() => {})
    }
  }
  if (info === 'unreachable') return async () => {}
  if (info.isSymbolicLink()) {
    const target = readlinkSync(at)
    const restoreTarget = await snapshotTarget(at, target)
    return async () => {
      await rm(at, { force: true })
      await symlink(target, at)
      await restoreTarget()
    }
  }
  if (!info.isFile()) return async () => {}
  const bytes = await diskFiles.read(at)
  return async () => {
    await diskFiles.write(at, '')
    await writeFile(at, bytes)
    await chmod(at, info.mode)
  }
}

/** A write through a link changes, or makes, what it points to. */
async function snapshotTarget(link: string, target: string): Promise<() => Promise<void>> {
  const real = realPathOrNull(link)
  if (real !== null) return snapshot(real)
  const at = path.resolve(path.dirname(link), target)
  return lstatOrNull(at) === null ? snapshot(at) : async () => {}
}

/** The folders above `at` that are not there yet, deepest first. */
function missingFolders(at: string): string[] {
  const missing: string[] = []
  for (let folder = path.dirname(at); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (lstatOrNull(folder) !== null) break
    missing.push(folder)
  }
  return missing
}

/** Null where nothing is; unreachable where nothing can be, such as below a file. */
function lstatOrNull(at: string): Stats | null | 'unreachable' {
  try {
    return lstatSync(at, { throwIfNoEntry: true })
  } catch (error) {
    return isMissing(error) ? null : 'unreachable'
  }
}

function realPathOrNull(at: string): string | null {
  try {
    return realpathSync(at)
  } catch {
    return null
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
