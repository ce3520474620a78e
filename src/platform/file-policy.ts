/** Decides which paths may be read or written, after links are followed. */

import { lstat, readlink, realpath } from 'node:fs/promises'
import path from 'node:path'
import type { SandboxMode } from '../protocol/modes.ts'
import { type Access, PathDeniedError } from './errors.ts'
import { readHostText } from './host-files.ts'
import type { SandboxPolicy } from './sandbox.ts'

const LINKS_MAX = 40

/** Folders of a writable root that stay as they are: who writes there decides what others run. As upstream has them. */
const PROTECTED_NAMES = ['.git', '.agents', '.codex']

/** Nothing is forbidden. */
export function unconfinedPolicy(roots: readonly string[]): SandboxPolicy {
  return {
    sandboxMode: 'danger-full-access',
    writableRoots: roots,
    protectedPaths: [],
    networkAccess: true,
  }
}

/** The policy of these roots, with what is protected inside them. */
export async function policyFor(
  sandboxMode: SandboxMode,
  roots: readonly string[],
  networkAccess: boolean,
): Promise<SandboxPolicy> {
  if (sandboxMode === 'danger-full-access') return unconfinedPolicy(roots)
  const named = roots.flatMap((root) => PROTECTED_NAMES.map((name) => path.join(root, name)))
  const repositories = await Promise.all(roots.map(linkedRepository))
  return {
    sandboxMode,
    writableRoots: roots,
    protectedPaths: [...named, ...repositories.filter((found) => found !== null)],
    networkAccess: networkAccess && sandboxMode === 'workspace-write',
  }
}

/** @throws {PathDeniedError} `target`, absolute and with links followed, may not be touched so. */
export function checkAccess(target: string, access: Access, policy: SandboxPolicy): void {
  const { sandboxMode, writableRoots, protectedPaths } = policy
  if (sandboxMode === 'danger-full-access') return
  const deny = (reason: string, advice: string): never => {
    throw new PathDeniedError({ path: target, access, sandboxMode, reason, advice })
  }

  if (access === 'write' && sandboxMode === 'read-only') {
    deny(
      'nothing may be written',
      'Say what you would have written; a person can allow writing by another mode.',
    )
  }
  if (!writableRoots.some((root) => isWithin(target, root))) {
    deny(
      `it lies outside ${writableRoots.join(' and ')}`,
      'Use a path inside; links are followed before this is checked.',
    )
  }
  const guard = protectedPaths.find((path) => isGuardedBy(path, target))
  if (access === 'write' && guard !== undefined) {
    deny(`${guard} is protected`, 'Leave it as it is, or use the program that it belongs to.')
  }
}

/**
 * The absolute path that `target` really means, with all links followed.
 *
 * What does not exist is taken by the folder it would be made in, and a link to nothing by what it names.
 *
 * @param target Absolute.
 * @throws The file system's own error, such as `ELOOP` or `EACCES`.
 */
export async function realPathOf(target: string, linksLeft = LINKS_MAX): Promise<string> {
  try {
    return await realpath(target)
  } catch (error) {
    if (!isMissing(error)) throw error
    const parent = path.dirname(target)
    if (parent === target || linksLeft === 0) throw error
    const link = await linkAt(target)
    return link === null
      ? path.join(await realPathOf(parent, linksLeft), path.basename(target))
      : await realPathOf(path.resolve(await realPathOf(parent, linksLeft - 1), link), linksLeft - 1)
  }
}

/** Like `realPathOf`, but a link at the end stays itself. */
export async function realPathOfEntry(target: string): Promise<string> {
  const parent = path.dirname(target)
  return parent === target ? target : path.join(await realPathOf(parent), path.basename(target))
}

/** What the link at `target` holds; null where there is no link. */
async function linkAt(target: string): Promise<string | null> {
  try {
    return (await lstat(target)).isSymbolicLink() ? await readlink(target) : null
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Where the repository lies when `.git` is a file that points to it, as in a worktree. */
async function linkedRepository(root: string): Promise<string | null> {
  const pointer = (await readHostText(path.join(root, '.git'))) ?? ''
  const folder = /^gitdir:[ \t]*(.+?)[ \t\r]*$/m.exec(pointer)?.[1]
  return folder === undefined ? null : realPathOf(path.resolve(root, folder)).catch(() => null)
}

/** Whether `target` is `folder` or lies below it. */
function isWithin(target: string, folder: string): boolean {
  const relative = path.relative(folder, target)
  return !(relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative))
}

/** Like `isWithin`, also where the file system ignores case; where it does not, being too careful costs nothing. */
function isGuardedBy(guard: string, target: string): boolean {
  return isWithin(target.toLowerCase(), guard.toLowerCase())
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
