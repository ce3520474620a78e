/** Decides which paths may be read or written, after links are followed. */

// Looked at while somebody waits for a turn to begin: ten such looks one after the other take milliseconds when each goes
// through the thread pool, and a tenth of that when not.
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import type { SandboxMode } from '../protocol/modes.ts'
import { type Access, PathDeniedError } from './errors.ts'
import { existsOnHost, readHostText } from './host-files.ts'
import type { SandboxPolicy } from './sandbox.ts'

const LINKS_MAX = 40

/** Folders of a writable root that stay as they are: who writes there decides what others run. As upstream has them. */
const PROTECTED_NAMES = ['.git', '.agents', '.codex']

/** Nothing is forbidden. */
export function unconfinedPolicy(roots: readonly string[]): SandboxPolicy {
  return {
    sandboxMode: 'danger-full-access',
    writableRoots: roots,
    temporaryFolders: [],
    readableFolders: [],
    protectedPaths: [],
    networkAccess: true,
  }
}

/** What a host wants of a policy. */
export interface PolicyRequest {
  readonly sandboxMode: SandboxMode
  /** Absolute, links followed. */
  readonly roots: readonly string[]
  /** Absolute; those that are there become writable. */
  readonly temporaryFolders: readonly string[]
  /** Absolute; those that are there may be read. */
  readonly readableFolders?: readonly string[]
  /** Absolute. */
  readonly protectedPaths: readonly string[]
  readonly networkAccess: boolean
}

/** The policy of these roots, with what is protected inside them. */
export async function policyFor(request: PolicyRequest): Promise<SandboxPolicy> {
  const { sandboxMode, roots, networkAccess } = request
  if (sandboxMode === 'danger-full-access') return unconfinedPolicy(roots)
  const temporaryFolders = realFolders(request.temporaryFolders)
  const ofRoots = roots.flatMap((root) => PROTECTED_NAMES.map((name) => path.join(root, name)))
  // Nobody works in these themselves, so only what is there needs protection.
  const ofTemporary = await Promise.all(
    temporaryFolders
      .flatMap((folder) => PROTECTED_NAMES.map((name) => path.join(folder, name)))
      .map(async (named) => ((await existsOnHost(named)) ? [named] : [])),
  )
  const named = [...ofRoots, ...ofTemporary.flat(), ...request.protectedPaths]
  const real = await Promise.all(named.map((target) => realPathOf(target).catch(() => target)))
  const repositories = await Promise.all(roots.map(linkedRepository))
  return {
    sandboxMode,
    writableRoots: roots,
    temporaryFolders,
    readableFolders: realFolders(request.readableFolders ?? []),
    protectedPaths: [...new Set([...named, ...real, ...repositories.flat()])],
    networkAccess: networkAccess && sandboxMode === 'workspace-write',
  }
}

/** Those that are there, without links and each once. */
function realFolders(folders: readonly string[]): string[] {
  return [...new Set(folders.filter(isFolder).map((folder) => realpathSync.native(folder)))]
}

function isFolder(folder: string): boolean {
  try {
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false
  } catch {
    return false
  }
}

/** @throws {PathDeniedError} `target`, absolute and with links followed, may not be touched so. */
export function checkAccess(target: string, access: Access, policy: SandboxPolicy): void {
  const { sandboxMode, writableRoots, temporaryFolders, readableFolders, protectedPaths } = policy
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
  // What a process may write, a tool may read and write; beyond that tools keep to the roots, and processes read all.
  const areas = [
    ...writableRoots,
    ...(sandboxMode === 'workspace-write' ? temporaryFolders : []),
    ...(access === 'read' ? readableFolders : []),
  ]
  if (!areas.some((area) => isWithin(target, area))) {
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
    return realpathSync.native(target)
  } catch (error) {
    if (!isMissing(error)) throw error
    const parent = path.dirname(target)
    if (parent === target || linksLeft === 0) throw error
    const link = linkAt(target)
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
function linkAt(target: string): string | null {
  try {
    return lstatSync(target).isSymbolicLink() ? readlinkSync(target) : null
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Where the repository lies when `.git` is a file that points to it, as in a worktree, which shares another's hooks. */
async function linkedRepository(root: string): Promise<string[]> {
  const pointer = (await readHostText(path.join(root, '.git'))) ?? ''
  const named = /^gitdir:[ \t]*(.+?)[ \t\r]*$/m.exec(pointer)?.[1]
  if (named === undefined) return []
  const folder = path.resolve(root, named)
  const shared = (await readHostText(path.join(folder, 'commondir')))?.trim()
  const folders = [folder, ...(shared ? [path.resolve(folder, shared)] : [])]
  const real = await Promise.all(folders.map((target) => realPathOf(target).catch(() => null)))
  return real.filter((target) => target !== null)
}

/** Whether `target` is `folder` or lies below it. */
export function isWithin(target: string, folder: string): boolean {
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
