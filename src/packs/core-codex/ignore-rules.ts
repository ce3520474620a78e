/** Which files a search leaves out, by ripgrep's rules. */

import path from 'node:path'
import { type IgnorePattern, parseGitignore } from './gitignore-pattern.ts'

/** Files with rules; those of the first win over those of the second, wherever they lie. */
const RULE_FILES = ['.rgignore', '.ignore', '.gitignore'] as const
type RuleFile = (typeof RULE_FILES)[number]
const EXCLUDE_FILE = '.git/info/exclude'
/** Names by which a folder adds to the rules. */
export const RULE_NAMES: readonly string[] = [...RULE_FILES, '.git']

/** What one folder adds to the rules of the folders above it. */
export interface FolderRules {
  readonly above: FolderRules | null
  readonly folder: string
  /** The folder is the root of a git repository: rules of git from above end here. */
  readonly isRepository: boolean
  readonly patterns: Readonly<Record<RuleFile | 'exclude', readonly IgnorePattern[]>>
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
  if (!isRepository && !RULE_FILES.some(has)) return above

  const load = async (name: string, exists: boolean) =>
    parseGitignore((exists ? await read(path.join(folder, name)) : null) ?? '')
  return {
    above,
    folder,
    isRepository,
    patterns: {
      '.rgignore': await load('.rgignore', has('.rgignore')),
      '.ignore': await load('.ignore', has('.ignore')),
      '.gitignore': await load('.gitignore', has('.gitignore')),
      exclude: await load(EXCLUDE_FILE, isRepository),
    },
  }
}

/** Whether the rules leave `file` out, or name it as one to keep; null when they say nothing. */
export function verdictOn(
  file: string,
  isFolder: boolean,
  rules: FolderRules | null,
): 'ignored' | 'kept' | null {
  return (
    verdictOf('.rgignore', file, isFolder, rules) ??
    verdictOf('.ignore', file, isFolder, rules) ??
    verdictOf('.gitignore', file, isFolder, inRepository(rules)) ??
    verdictOf('exclude', file, isFolder, inRepository(rules))
  )
}

function verdictOf(
  source: RuleFile | 'exclude',
  file: string,
  isFolder: boolean,
  rules: FolderRules | null,
): 'ignored' | 'kept' | null {
  const isGits = source === '.gitignore' || source === 'exclude'
  for (let level = rules; level !== null; level = level.above) {
    const relative = path.relative(level.folder, file).replaceAll(path.sep, '/')
    const pattern = level.patterns[source].findLast(
      ({ matches, onlyFolders }) => (isFolder || !onlyFolders) && matches.test(relative),
    )
    if (pattern !== undefined) return pattern.isNegated ? 'kept' : 'ignored'
    if (isGits && level.isRepository) return null
  }
  return null
}

/** Git's rules count in a repository only. */
function inRepository(rules: FolderRules | null): FolderRules | null {
  for (let level = rules; level !== null; level = level.above) if (level.isRepository) return rules
  return null
}
