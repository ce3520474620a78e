/** Which files a search leaves out, by ripgrep's rules. */

import path from 'node:path'
import { type IgnorePattern, lastMatch, parseGitignore } from './gitignore-pattern.ts'

/** Files with rules; those of the first win over those of the second, wherever they lie. */
const RULE_FILES = ['.rgignore', '.ignore', '.gitignore'] as const
type Source = (typeof RULE_FILES)[number] | 'exclude'
const EXCLUDE_FILE = '.git/info/exclude'
/** Names by which a folder adds to the rules. */
export const RULE_NAMES: readonly string[] = [...RULE_FILES, '.git']

export type Verdict = 'ignored' | 'kept'

/** What one folder adds to the rules of the folders above it. */
export interface FolderRules {
  readonly above: FolderRules | null
  readonly folder: string
  /** The folder is the root of a git repository: rules of git from above end here. */
  readonly isRepository: boolean
  /** It, or a folder above it, is: elsewhere git's rules do not count. */
  readonly isInRepository: boolean
  readonly patterns: Readonly<Record<Source, readonly IgnorePattern[]>>
}

/**
 * The rules that hold for a folder's entries.
 *
 * @param folder Absolute.
 * @param has Whether the folder holds an entry of this name.
 * @param read A file's text; null when it cannot be read.
 */
export async function folderRules(
  folder: string,
  above: FolderRules | null,
  has: (name: string) => boolean,
  read: (file: string) => Promise<string | null>,
): Promise<FolderRules | null> {
  const isRepository = has('.git')
  if (!(isRepository || RULE_FILES.some(has))) return above

  const load = async (name: string, exists: boolean) =>
    parseGitignore((exists ? await read(path.join(folder, name)) : null) ?? '')
  return {
    above,
    folder,
    isRepository,
    isInRepository: isRepository || (above?.isInRepository ?? false),
    patterns: {
      '.rgignore': await load('.rgignore', has('.rgignore')),
      '.ignore': await load('.ignore', has('.ignore')),
      '.gitignore': await load('.gitignore', has('.gitignore')),
      exclude: await load(EXCLUDE_FILE, isRepository),
    },
  }
}

/** Whether an entry is left out, or named as one to keep; null when no rule says anything. */
export type Verdicts = (name: string, isFolder: boolean) => Verdict | null

/**
 * What rules say of a folder's entries.
 *
 * @param folder Absolute.
 * @param rules Those that hold for the folder's entries.
 */
export function verdictsIn(folder: string, rules: FolderRules | null): Verdicts {
  if (rules === null) return () => null
  const sources: Source[] = rules.isInRepository ? [...RULE_FILES, 'exclude'] : ['.rgignore', '.ignore']
  // The nearest first, and all of one source before the next source.
  const levels = sources.flatMap((source) => levelsOf(source, folder, rules))
  return (name, isFolder) => {
    for (const { patterns, prefix } of levels) {
      const pattern = lastMatch(patterns, { prefix, name, isFolder })
      if (pattern !== undefined) return pattern.isNegated ? 'kept' : 'ignored'
    }
    return null
  }
}

interface Level {
  readonly patterns: readonly IgnorePattern[]
  /** What stands before an entry's name in its path from where the patterns come from. */
  readonly prefix: string
}

function levelsOf(source: Source, folder: string, rules: FolderRules): Level[] {
  const isGits = source === '.gitignore' || source === 'exclude'
  const levels: Level[] = []
  for (let level: FolderRules | null = rules; level !== null; level = level.above) {
    const patterns = level.patterns[source]
    if (patterns.length > 0) levels.push({ patterns, prefix: prefixFrom(level.folder, folder) })
    if (isGits && level.isRepository) break
  }
  return levels
}

/** What stands before an entry's name in its path from a folder above: empty, or ends with `/`. */
export function prefixFrom(above: string, folder: string): string {
  const relative = path.relative(above, folder)
  return relative === '' ? '' : `${relative.replaceAll(path.sep, '/')}/`
}
