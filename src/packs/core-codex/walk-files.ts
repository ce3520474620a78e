/** Walks a workspace's files, leaving out what ignore files name. */

import path from 'node:path'
import type { DirectoryEntry, Workspace } from '../../platform/workspace.ts'
import { type Glob, parseGlob } from './glob.ts'
import { type FolderRules, folderRules, RULE_NAMES, verdictOn } from './ignore-rules.ts'

export interface WalkOptions {
  /** Absolute. */
  readonly folder: string
  /** A glob that files must match, as ripgrep takes it: it wins over ignore files. */
  readonly include?: string
  /** Names that begin with a dot are walked too, but never `.git`. */
  readonly hidden: boolean
  readonly folders: boolean
  readonly signal: AbortSignal
}

export interface WalkedEntry {
  /** Absolute. */
  readonly path: string
  readonly kind: 'file' | 'directory'
}

/** Links are not followed, and not given. Folders that cannot be read are passed over. */
export async function* walkFiles(workspace: Workspace, options: WalkOptions): AsyncGenerator<WalkedEntry> {
  const { folder, signal } = options
  const { stream } = (await import('fast-glob')).default
  const found = stream('**', {
    cwd: folder,
    dot: true,
    followSymbolicLinks: false,
    objectMode: true,
    onlyFiles: !options.folders,
    suppressErrors: true,
    unique: false,
    fs: await prunedFiles(workspace, options),
  })

  for await (const entry of found) {
    signal.throwIfAborted()
    const kind = kindOf(entry)
    if (kind !== null) yield { path: path.join(folder, pathOf(entry)), kind }
  }
}

type ReadFolder = (
  folder: string,
  options: unknown,
  done: (error: NodeJS.ErrnoException | null, entries: DirentLike[]) => void,
) => void

/** What fast-glob asks of a directory entry. */
interface DirentLike {
  readonly name: string
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
  isBlockDevice(): boolean
  isCharacterDevice(): boolean
  isFIFO(): boolean
  isSocket(): boolean
}

/** The workspace as fast-glob's file system, in which what is left out is not there. */
async function prunedFiles(workspace: Workspace, options: WalkOptions): Promise<object> {
  const { folder, signal } = options
  const rulesOf = new Map([[path.dirname(folder), await rulesAbove(workspace, folder)]])
  const include = options.include === undefined ? null : parseGlob(options.include)
  // As in ripgrep, a glob with a slash is tied to where the work is done, not to the folder that is searched.
  const globRoot = isWithin(folder, workspace.root) ? workspace.root : folder
  const isWalked = (at: string, isFolder: boolean, rules: FolderRules | null): boolean => {
    const name = path.basename(at)
    if (name === '.git') return false
    const verdict =
      verdictOfGlob(include, path.relative(globRoot, at), isFolder) ?? verdictOn(at, isFolder, rules)
    return verdict === null ? options.hidden || !name.startsWith('.') : verdict === 'kept'
  }

  const entriesOf = async (at: string): Promise<DirectoryEntry[]> => {
    const entries = await workspace.list(at, { signal })
    const names = new Set(entries.map(({ name }) => name))
    const above = rulesOf.get(path.dirname(at)) ?? null
    const rules = await folderRules(
      at,
      above,
      (name) => names.has(name),
      (file) => textOrNull(workspace, file),
    )
    rulesOf.set(at, rules)
    return entries.filter(
      ({ name, kind }) =>
        (kind === 'file' || kind === 'directory') &&
        isWalked(path.join(at, name), kind === 'directory', rules),
    )
  }

  const readdir: ReadFolder = (at, _, done) => {
    entriesOf(path.resolve(at)).then(
      (entries) => done(null, entries.map(direntOf)),
      () => done(null, []),
    )
  }
  return { readdir }
}

function verdictOfGlob(glob: Glob | null, relative: string, isFolder: boolean): 'ignored' | 'kept' | null {
  if (glob === null) return null
  if (glob.matches(relative.replaceAll(path.sep, '/'), isFolder)) return glob.isNegated ? 'ignored' : 'kept'
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

function direntOf({ name, kind }: DirectoryEntry): DirentLike {
  const no = () => false
  return {
    name,
    isFile: () => kind === 'file',
    isDirectory: () => kind === 'directory',
    isSymbolicLink: () => kind === 'symlink',
    isBlockDevice: no,
    isCharacterDevice: no,
    isFIFO: no,
    isSocket: no,
  }
}

function isWithin(target: string, folder: string): boolean {
  const relative = path.relative(folder, target)
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative)
}

// With `objectMode` the stream gives entries, though its type says strings.
function pathOf(entry: unknown): string {
  return hasPath(entry) ? entry.path : String(entry)
}

function kindOf(entry: unknown): WalkedEntry['kind'] | null {
  if (!hasPath(entry)) return null
  if (entry.dirent.isFile()) return 'file'
  return entry.dirent.isDirectory() ? 'directory' : null
}

function hasPath(entry: unknown): entry is { path: string; dirent: DirentLike } {
  return typeof entry === 'object' && entry !== null && 'path' in entry && 'dirent' in entry
}
