/** Remembers what is at a path of this machine, so that a patch that fails can be taken back. */

import { constants, lstatSync, readlinkSync, realpathSync, type Stats } from 'node:fs'
import {
  chmod,
  chown,
  copyFile,
  lstat,
  mkdtemp,
  readFile,
  readlink,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeFolder } from '../../../platform/make-folder.ts'
import type { PatchSnapshot } from './patch-files.ts'

/** Larger files are copied into a temporary folder: a patch for many of them must not hold them all in memory. */
const HELD_BYTES_MAX = 1024 * 1024

const NOTHING: PatchSnapshot = { restore: async () => {}, forget: async () => {} }

/** A deleted file comes back with its bytes, mode and owner; as a new one, so that a hard link to it is one no more. */
export async function snapshotOnDisk(at: string): Promise<PatchSnapshot> {
  const info = lstatOrNull(at)
  if (info === null) return snapshotOfNothing(at)
  if (info === 'unreachable') return NOTHING
  if (info.isSymbolicLink()) return snapshotOfLink(at)
  return info.isFile() ? snapshotOfFile(at, info) : NOTHING
}

function snapshotOfNothing(at: string): PatchSnapshot {
  const missing = missingFolders(at)
  return {
    ...NOTHING,
    async restore() {
      await rm(at, { force: true })
      // A folder that somebody else put a file in stays.
      for (const folder of missing) await rmdir(folder).catch(() => {})
    },
  }
}

/** A write through a link changes, or makes, what it points to. */
async function snapshotOfLink(link: string): Promise<PatchSnapshot> {
  const target = readlinkSync(link)
  const at = realPathOrNull(link) ?? path.resolve(path.dirname(link), target)
  const behind = lstatOrNull(at) === 'unreachable' ? NOTHING : await snapshotOnDisk(at)
  return {
    ...behind,
    async restore() {
      if ((await readlink(link).catch(() => null)) !== target) {
        await rm(link, { force: true })
        await symlink(target, link)
      }
      await behind.restore()
    },
  }
}

async function snapshotOfFile(at: string, info: Stats): Promise<PatchSnapshot> {
  const copy = await copyOf(at, info)
  return {
    async restore() {
      // What was not touched, perhaps because it cannot be written, needs no putting back.
      if (!(await holds(at, info, copy))) {
        await makeFolder(path.dirname(at))
        // In place, so that the file keeps its identity where it is still there.
        await writeFile(at, await copy.bytes())
      }
      const now = await lstat(at)
      if (now.uid !== info.uid || now.gid !== info.gid) await chown(at, info.uid, info.gid)
      if (now.mode !== info.mode) await chmod(at, info.mode & 0o7777)
    },
    forget: () => copy.forget(),
  }
}

interface Copy {
  bytes(): Promise<Uint8Array>
  forget(): Promise<void>
}

async function copyOf(at: string, info: Stats): Promise<Copy> {
  if (info.size > HELD_BYTES_MAX) {
    // Where the temporary folder takes no more, memory has to.
    const copy = await copyToDisk(at).catch(() => null)
    if (copy !== null) return copy
  }
  const bytes = await readFile(at)
  return { bytes: async () => bytes, forget: async () => {} }
}

async function copyToDisk(at: string): Promise<Copy> {
  const folder = await mkdtemp(path.join(tmpdir(), 'apply-patch-'))
  const forget = () => rm(folder, { recursive: true, force: true })
  const copy = path.join(folder, 'before')
  try {
    await copyFile(at, copy, constants.COPYFILE_FICLONE)
  } catch (error) {
    await forget()
    throw error
  }
  return { bytes: () => readFile(copy), forget }
}

async function holds(at: string, before: Stats, copy: Copy): Promise<boolean> {
  const now = lstatOrNull(at)
  if (now === null || now === 'unreachable' || !now.isFile() || now.size !== before.size) return false
  return Buffer.compare(await readFile(at), await copy.bytes()) === 0
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
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? null : 'unreachable'
  }
}

function realPathOrNull(at: string): string | null {
  try {
    return realpathSync(at)
  } catch {
    return null
  }
}
