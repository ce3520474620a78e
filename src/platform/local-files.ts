/** The files of this machine, as a workspace lets them be touched. */

import { randomUUID } from 'node:crypto'
import type { Dirent, Stats } from 'node:fs'
import {
  chmod,
  chown,
  lstat,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { checkAccess, isMissing, realPathOf, realPathOfEntry } from './file-policy.ts'
import { makeFolder } from './make-folder.ts'
import type { SandboxPolicy } from './sandbox.ts'
import { refuseSpecial } from './special-files.ts'
import type { FileInfo, Workspace } from './workspace.ts'

export type WorkspaceFiles = Pick<
  Workspace,
  'resolve' | 'readable' | 'writable' | 'readText' | 'readBytes' | 'writeText' | 'list' | 'stat' | 'remove'
>

/**
 * Each method works on the real path that was checked, never on the one it was given. A process that swaps a folder
 * for a link in between can still win that race: what holds processes is the sandbox.
 *
 * @param root What relative paths are relative to.
 */
export function localFiles(root: string, policy: SandboxPolicy): WorkspaceFiles {
  const resolve = (target: string) => path.resolve(root, target)

  const readable = async (target: string) => {
    const real = await realPathOf(resolve(target))
    checkAccess(real, 'read', policy)
    return real
  }
  const writable = async (target: string) => {
    const real = await realPathOf(resolve(target))
    checkAccess(real, 'write', policy)
    return real
  }

  return {
    resolve,
    readable,
    writable,

    async readText(target, { signal } = {}) {
      const real = await readable(target)
      await refuseSpecial(real, 'read')
      return readFile(real, { encoding: 'utf8', ...(signal && { signal }) })
    },

    async readBytes(target, { offset = 0, limit, signal } = {}) {
      const real = await readable(target)
      await refuseSpecial(real, 'read')
      if (offset === 0 && limit === undefined) return readFile(real, signal && { signal })
      return readRange(real, offset, limit, signal)
    },

    async writeText(target, text) {
      const real = await writable(target)
      await makeFolder(path.dirname(real))
      await replaceFile(real, text)
    },

    async list(target, { signal } = {}) {
      const entries = await readdir(await readable(target), { withFileTypes: true })
      signal?.throwIfAborted()
      return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) })).sort(byName)
    },

    async stat(target) {
      const entry = await realPathOfEntry(resolve(target))
      checkAccess(entry, 'read', policy)
      const found = await lstat(entry).catch((error: unknown) => {
        if (isMissing(error)) return null
        throw error
      })
      return found && { kind: kindOf(found), bytes: found.size, modifiedAt: found.mtimeMs }
    },

    async remove(target) {
      const entry = await realPathOfEntry(resolve(target))
      checkAccess(entry, 'write', policy)
      await unlink(entry)
    },
  }
}

/** A reader sees the old text or the new, never half of one; the file keeps its mode and owner. */
async function replaceFile(file: string, text: string): Promise<void> {
  const old = await stat(file).catch(() => null)
  if (old !== null && !old.isFile()) {
    await refuseSpecial(file, 'write')
    // The null device is written to, not replaced; a folder gives the file system's own error.
    return writeFile(file, text)
  }

  const draft = path.join(path.dirname(file), `.${path.basename(file).slice(0, 100)}.${randomUUID()}.tmp`)
  try {
    await writeFile(draft, text, { flag: 'wx' })
    if (old !== null) await keepIdentity(draft, old)
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    if (old === null || !isForbidden(error)) throw error
    // The folder takes no new file, but this one may still be writable.
    await writeFile(file, text)
  }
}

async function keepIdentity(draft: string, old: Stats): Promise<void> {
  const made = await stat(draft)
  if (made.uid !== old.uid || made.gid !== old.gid) await chown(draft, old.uid, old.gid)
  if (made.mode !== old.mode) await chmod(draft, old.mode & 0o7777)
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM')
}

async function readRange(
  file: string,
  offset: number,
  limit: number | undefined,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  await using handle = await open(file)
  const length = Math.max(0, Math.min(limit ?? Number.POSITIVE_INFINITY, (await handle.stat()).size - offset))
  const bytes = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    signal?.throwIfAborted()
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

function kindOf(entry: Dirent | Stats): FileInfo['kind'] {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  return entry.isSymbolicLink() ? 'symlink' : 'other'
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
