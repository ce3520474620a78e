/** Walks a workspace's files, leaving out what ignore files name. */

import path from 'node:path'
import type { DirectoryEntry, Workspace } from '../../platform/workspace.ts'
import { type Glob, parseGlob } from './glob.ts'
import {
  type FolderRules,
  folderRules,
  prefixFrom,
  RULE_NAMES,
  type Verdict,
  verdictsIn,
} from './ignore-rules.ts'
import { type WalkedFolder, walkFolders } from './walk-folders.ts'

export interface WalkOptions {
  /** Absolute. */
  readonly folder: string
  /** A glob that files must match, as ripgrep takes it: it wins over ignore files. */
  readonly include?: string
  /** Names that begin with a dot are walked too, but never `.git`. */
  readonly hidden: boolean
  readonly signal: AbortSignal
}

/**
 * Folders with the files and folders that are left in each, in no order.
 *
 * Links are not followed, and not given; neither is what no path leads to. Folders that cannot be read are passed over.
 *
 * @throws What the workspace says of the folder where the walk begins.
 */
export async function* walkFiles(workspace: Workspace, options: WalkOptions): AsyncGenerator<WalkedFolder> {
  const { folder, signal } = options
  yield* walkFolders(workspace, { folder, signal, select: await selection(workspace, options) })
}

async function selection(
  workspace: Workspace,
  { folder, include, hidden }: WalkOptions,
): Promise<(read: WalkedFolder) => Promise<DirectoryEntry[]>> {
  const rulesOf = new Map([[path.dirname(folder), await rulesAbove(workspace, folder)]])
  const glob = include === undefined ? null : parseGlob(include)
  // As in ripgrep, a glob with a slash is tied to where the work is done, not to the folder that is searched.
  const globRoot = isWithin(folder, workspace.root) ? workspace.root : folder

  return async ({ folder: at, entries }) => {
    const names = new Set(entries.map(({ name }) => name))
    const rules = await folderRules(
      at,
      rulesOf.get(path.dirname(at)) ?? null,
      (name) => names.has(name),
      (file) => textOrNull(workspace, file),
    )
    if (rules !== null) rulesOf.set(at, rules)
    const verdictOn = verdictsIn(at, rules)
    const prefix = prefixFrom(globRoot, at)
    const isWalked = ({ name, kind, isUnreachable }: DirectoryEntry): boolean => {
      if (isUnreachable === true || name === '.git' || !(kind === 'file' || kind === 'directory'))
        return false
      const isFolder = kind === 'directory'
      const verdict = verdictOfGlob(glob, prefix, name, isFolder) ?? verdictOn(name, isFolder)
      return verdict === null ? hidden || !name.startsWith('.') : verdict === 'kept'
    }
    return entries.filter(isWalked)
  }
}

function verdictOfGlob(glob: Glob | null, prefix: string, name: string, isFolder: boolean): Verdict | null {
  if (glob === null) return null
  if (glob.matches(prefix, name, isFolder)) return glob.isNegated ? 'ignored' : 'kept'
  // Folders that the glob does not name may hold files that it does.
  return glob.isNegated || isFolder ? null : 'ignored'
}

function textOrNull(workspace: Workspace, file: string): Promise<string | null> {
  return workspace.readText(file).catch(() => null)
}

/** The rules of the folders above the one where the walk begins, as far as they may be read. */
async function rulesAbove(workspace: Workspace, from: string): Promise<FolderRules | null> {
  const above = path.dirname(from)
  if (above === from) return null
  const rules = await rulesAbove(workspace, above)
  try {
    // Asked for one by one: a folder above, such as the system's for temporary files, can be very long.
    const stats = await Promise.all(RULE_NAMES.map((name) => workspace.stat(path.join(above, name))))
    const names = new Set(RULE_NAMES.filter((_, index) => stats[index] !== null))
    return await folderRules(
      above,
      rules,
      (name) => names.has(name),
      (file) => textOrNull(workspace, file),
    )
  } catch {
    return rules
  }
}

function isWithin(target: string, folder: string): boolean {
  const relative = path.relative(folder, target)
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative)
}
