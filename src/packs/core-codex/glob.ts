/** Reads a glob that says which files to search, as ripgrep takes them. */

import { lastMatch, parsePattern } from './gitignore-pattern.ts'

export interface Glob {
  /** The glob begins with `!`: what it matches is left out. */
  readonly isNegated: boolean
  /** @param prefix What stands before the name in the entry's path: empty, or ends with `/`. */
  matches(prefix: string, name: string, isFolder: boolean): boolean
}

/** A pattern of a .gitignore file, in which braces may hold choices: `*.{ts,tsx}`. */
export function parseGlob(glob: string): Glob {
  const patterns = expandBraces(glob)
    .map(parsePattern)
    .filter((pattern) => pattern !== null)
  return {
    isNegated: glob.startsWith('!'),
    matches: (prefix, name, isFolder) => lastMatch(patterns, { prefix, name, isFolder }) !== undefined,
  }
}

/** Innermost braces first, so that nested ones come out right. */
function expandBraces(glob: string): string[] {
  const braces = /\{([^{}]*)\}/.exec(glob)
  if (braces === null) return [glob]
  const [whole, choices = ''] = braces
  const before = glob.slice(0, braces.index)
  const after = glob.slice(braces.index + whole.length)
  return choices.split(',').flatMap((choice) => expandBraces(before + choice + after))
}
