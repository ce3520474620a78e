/** Decides which environment variables a command sees. */

/** Names and values, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * What of the host's environment is passed on. Field names are those of Codex's `shell_environment_policy`, in camel
 * case; `include` is ours. Patterns take `*` and `?` and ignore case.
 *
 * Codex's own default would be `{ inherit: 'all', ignoreDefaultExcludes: true }`.
 */
export interface EnvironmentPolicy {
  /** What to begin with; default `core`: the search path, home, shell, user, language and temporary folder. */
  readonly inherit?: 'core' | 'all' | 'none'
  /** Taken as well, whatever `inherit` says. A name without wildcards is taken even where it looks like a secret. */
  readonly include?: readonly string[]
  /** Keep names that look like secrets; default false. */
  readonly ignoreDefaultExcludes?: boolean
  /** Dropped. */
  readonly exclude?: readonly string[]
  /** Added after all that is dropped. */
  readonly set?: Readonly<Record<string, string>>
  /** Nothing but these remains, of `set` too. */
  readonly includeOnly?: readonly string[]
}

const CORE = [
  ...['PATH', 'SHELL', 'TMPDIR', 'TEMP', 'TMP', 'HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'LOGNAME', 'USER'],
  // Windows programs fail in odd ways without these.
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC', 'PATHEXT', 'USERNAME', 'USERDOMAIN', 'USERPROFILE'],
  ...['HOMEDRIVE', 'HOMEPATH', 'APPDATA', 'LOCALAPPDATA', 'PROGRAMDATA', 'PROGRAMFILES', 'PROGRAMFILES(X86)'],
  ...['PROGRAMW6432', 'COMMONPROGRAMFILES', 'PSMODULEPATH', 'NUMBER_OF_PROCESSORS', 'PROCESSOR_ARCHITECTURE'],
]

/** The first three are Codex's. */
const SECRET_LOOKING = ['*KEY*', '*SECRET*', '*TOKEN*', '*PASSWORD*', '*PASSWD*', '*CREDENTIAL*']

/** Makes programs speak plainly: no colours, no pagers, UTF-8. Source: Codex's unified exec. */
const FORCED: Readonly<Record<string, string>> = {
  NO_COLOR: '1',
  TERM: 'dumb',
  COLORTERM: '',
  LANG: 'C.UTF-8',
  LC_CTYPE: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  GH_PAGER: 'cat',
  CODEX_CI: '1',
}

/**
 * The environment of a command.
 *
 * Upstream's order: inherit, drop what looks like a secret, `exclude`, `set`, `includeOnly`; then the forced variables.
 *
 * @param host What to inherit from.
 */
export function commandEnvironment(
  host: Environment,
  policy: EnvironmentPolicy = {},
): Record<string, string> {
  const { inherit = 'core', include = [], exclude = [], set = {}, includeOnly } = policy
  const inherited = matcher(inherit === 'all' ? ['*'] : inherit === 'core' ? CORE : [])
  const included = matcher(include)
  const named = matcher(include.filter((pattern) => !/[*?]/.test(pattern)))
  const secretLooking = matcher(policy.ignoreDefaultExcludes === true ? [] : SECRET_LOOKING)
  const excluded = matcher(exclude)
  const allowed = matcher(includeOnly ?? ['*'])

  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(host)) {
    if (value === undefined || !(inherited(name) || included(name))) continue
    if (secretLooking(name) && !named(name)) continue
    if (!excluded(name)) environment[name] = value
  }
  Object.assign(environment, set)
  for (const name of Object.keys(environment)) if (!allowed(name)) delete environment[name]
  return Object.assign(environment, FORCED)
}

/** Whether a name fits any of the patterns. */
function matcher(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map(
    (pattern) =>
      new RegExp(
        `^${pattern
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replace(/\*+/g, '.*')
          .replace(/\?/g, '.')}$`,
        'is',
      ),
  )
  return (name) => expressions.some((expression) => expression.test(name))
}
