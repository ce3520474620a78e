/** The files of this machine, as a workspace lets them be touched. */

import { randomUUID } from 'node:crypto'
import type { Dirent, Stats } from 'node:fs'
import { chmod, chown, lstat, readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Access, PathDeniedError } from './errors.ts'
import { checkAccess, isMissing, realPathOf, realPathOfEntry } from './file-policy.ts'
import { makeFolder } from './make-folder.ts'
import { readHeads } from './read-heads.ts'
import { readRange } from './read-range.ts'
import type { SandboxPolicy } from './sandbox.ts'
import { refuseSpecial } from './special-files.ts'
import type { DirectoryEntry, FileInfo, Workspace } from './workspace.ts'

/** What decoding puts where bytes are no UTF-8. */
const REPLACEMENT = '\ufffd'

export type WorkspaceFiles = Pick<
  Workspace,
  | 'resolve'
  | 'readable'
  | 'writable'
  | 'readText'
  | 'readBytes'
  | 'readHeads'
  | 'writeText'
  | 'writeBytes'
  | 'list'
  | 'stat'
  | 'remove'
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

  const write = async (target: string, content: string | Uint8Array) => {
    const real = await writable(target)
    await makeFolder(path.dirname(real))
    await replaceFile(real, content)
  }

  return {
    resolve,
    readable,
    writable,
    writeText: write,
    writeBytes: write,

    async readText(target, { signal } = {}) {
      const real = await readable(target)
      await refuseSpecial(real, 'read')
      return readFile(real, { encoding: 'utf8', ...(signal && { signal }) })
    },

    async readBytes(target, { offset = 0, limit, signal } = {}) {
      const real = await readable(target)
      const { size } = await refuseSpecial(real, 'read')
      if (offset === 0 && limit === undefined) return readFile(real, signal && { signal })
      return readRange(real, { offset, limit, size, signal })
    },

    async readHeads(folder, names, { bytesMax, signal }) {
      const real = await readable(folder)
      const mayRead = (name: string) =>
        name === path.basename(name) && isAllowed(path.join(real, name), 'read', policy)
      return readHeads(real, names, { bytesMax, mayRead, signal })
    },

    async list(target, { signal } = {}) {
      const real = await readable(target)
      const found = await readdir(real, { withFileTypes: true })
      signal?.throwIfAborted()
      const entries = found.map((entry): DirectoryEntry => ({ name: entry.name, kind: kindOf(entry) }))
      const isSuspect = entries.some(({ name }) => name.includes(REPLACEMENT))
      return (isSuspect ? await withUnreachable(real) : entries).sort(byName)
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

function isAllowed(target: string, access: Access, policy: SandboxPolicy): boolean {
  try {
    checkAccess(target, access, policy)
    return true
  } catch (error) {
    if (error instanceof PathDeniedError) return false
    throw error
  }
}

/** A reader sees the old content or the new, never half of one; the file keeps its mode and owner. */
async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  const old = await stat(file).catch(() => null)
  if (old !== null && !old.isFile()) {
    await refuseSpecial(file, 'write')
    // The null device is written to, not replaced; a folder gives the file system's own error.
    return writeFile(file, content)
  }

  const draft = path.join(path.dirname(file), `.${path.basename(file).slice(0, 100)}.${randomUUID()}.tmp`)
  try {
    await writeFile(draft, content, { flag: 'wx' })
    if (old !== null) await keepIdentity(draft, old)
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    if (old === null || !isForbidden(error)) throw error
    // The folder takes no new file, but this one may still be writable.
    await writeFile(file, content)
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

/** Reads the names as bytes, because only those say whether a U+FFFD stands in the name or for what is no UTF-8. */
async function withUnreachable(folder: string): Promise<DirectoryEntry[]> {
  const found = await readdir(folder, { withFileTypes: true, encoding: 'buffer' })
  return found.map((entry) => {
    const name = entry.name.toString('utf8')
    const isExact = Buffer.from(name).equals(entry.name)
    return { name, kind: kindOf(entry), ...(isExact ? {} : { isUnreachable: true as const }) }
  })
}

function kindOf(entry: Pick<Dirent | Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): FileInfo['kind'] {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  return entry.isSymbolicLink() ? 'symlink' : 'other'
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
