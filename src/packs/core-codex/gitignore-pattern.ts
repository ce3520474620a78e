/** Reads the lines of a .gitignore file. */

export interface IgnorePattern {
  /** Tested on a path relative to the file's folder, with `/` between its parts; or on a name, with `onlyName`. */
  readonly matches: RegExp
  /** The pattern holds no slash: whatever folder an entry lies in, its name decides. */
  readonly onlyName: boolean
  /** The pattern begins with `!`: what it matches is not ignored after all. */
  readonly isNegated: boolean
  readonly onlyFolders: boolean
}

/** @see gitignore(5), "Pattern format" */
export function parseGitignore(text: string): IgnorePattern[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map(parsePattern)
    .filter((pattern) => pattern !== null)
}

/** One line's pattern; null for a line that has none. */
export function parsePattern(line: string): IgnorePattern | null {
  // Spaces at the end count only behind a backslash.
  const trimmed = line.replace(/((?:^|[^\\])(?:\\\\)*)[ \t]+$/, '$1')
  if (trimmed === '' || trimmed.startsWith('#')) return null

  const isNegated = trimmed.startsWith('!')
  const body = isNegated ? trimmed.slice(1) : trimmed
  const onlyFolders = body.endsWith('/')
  const pattern = onlyFolders ? body.slice(0, -1) : body
  // A slash at the beginning or in the middle ties the pattern to the file's folder.
  const isAnchored = pattern.includes('/')
  const source = wildcardSource(pattern.replace(/^\//, ''))
  if (source === null || pattern === '') return null
  return { matches: new RegExp(`^${source}$`, 's'), onlyName: !isAnchored, isNegated, onlyFolders }
}

/**
 * The last of the patterns that match, since it has the last word.
 *
 * @param entry.prefix What stands before the name in the path from the patterns' folder: empty, or ends with `/`.
 */
export function lastMatch(
  patterns: readonly IgnorePattern[],
  { prefix, name, isFolder }: { readonly prefix: string; readonly name: string; readonly isFolder: boolean },
): IgnorePattern | undefined {
  return patterns.findLast(
    ({ matches, onlyName, onlyFolders }) =>
      (isFolder || !onlyFolders) && matches.test(onlyName ? name : prefix + name),
  )
}

const TOKENS =
  /(?<leading>^\*\*\/)|(?<between>\/\*\*(?=\/))|(?<trailing>\/\*\*$)|(?<stars>\*+)|(?<any>\?)|\\(?<escaped>.)|(?<set>\[[!^]?\]?(?:\[:[a-z]+:\]|\\.|[^\]])*\])|(?<broken>\[|\\$)|(?<plain>[^*?[\\/]+|\/)/gs

/** The pattern as the source of a regular expression; null where it can match nothing. */
function wildcardSource(pattern: string): string | null {
  let source = ''
  for (const { groups = {} } of pattern.matchAll(TOKENS)) {
    const { escaped, set, plain } = groups
    if (groups.broken !== undefined) return null
    if (groups.leading !== undefined) source += '(?:.*/)?'
    else if (groups.between !== undefined) source += '(?:/.*)?'
    else if (groups.trailing !== undefined) source += '/.+'
    else if (groups.stars !== undefined) source += '[^/]*'
    else if (groups.any !== undefined) source += '[^/]'
    else if (set !== undefined) source += setSource(set)
    else source += escapeRegExp(escaped ?? plain ?? '')
  }
  return source
}

const CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
}

function setSource(set: string): string {
  const isNegated = /^\[[!^]/.test(set)
  const inner = set
    .slice(isNegated ? 2 : 1, -1)
    .replaceAll(
      /\[:([a-z]+):\]|\\(.)|([\]\\^[])/gs,
      (_, name?: string, escaped?: string, special?: string) =>
        name === undefined ? `\\${escaped ?? special}` : (CLASSES[name] ?? ''),
    )
  return `(?!/)[${isNegated ? '^' : ''}${inner}]`
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
