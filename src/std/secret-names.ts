/** Which entries of an environment or a configuration hold secrets, by their names. */

/** A word of a name: between its ends, underscores, hyphens and dots. */
const SECRET_WORD =
  /(?:^|[_.-])(?:(?:API)?KEYS?|TOKENS?|SECRET|PASS|PAT|AUTH|AUTHORIZATION|COOKIE|SIG(?:NATURE)?|CREDENTIALS?|JWT|DSN)(?:[_.-]|$)/i

/** What means a secret also where it is grown together with other words, as in `ClientSecret`. */
const SECRET_PART =
  /SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|CONNECTION_?STRING|TOKEN$|(?:ACCESS|API|AUTH|ENCRYPTION|MASTER|PRIVATE|SIGNING)KEY/i

/** What means a secret at the end: `DBPASS`, not a program that asks for it; `DB_PWD`, not a folder's `PWD`. */
const SECRET_END = /(?<!ASK|BY|COM)PASS$|[_.-]PWD$/i

/** An address that whoever knows it may post to. */
const SECRET_ADDRESS = /(?:^|[_.-])WEBHOOK(?:_UR[LI])?$/i

/** Where a secret is, or what it is called, but not the secret. */
const NOT_THE_SECRET = /_(?:FILE|PATH|DIR|SOCK|URL|URI|NAME|LIMIT|TTL|PROVIDER)$/i

/** How many tokens a model may write. */
const COUNT = /(?:^|[_.-])(?:MAX|MIN|NUM|TOTAL)[_.-](?:[A-Z]+[_.-])?TOKENS$/i

/** From here on a word without digits may be a passphrase. */
const PLAIN_LENGTH_MAX = 15

/** What such a variable may hold when it is a switch. */
const SWITCH = /^(?:true|false|none|null|undefined|default|enabled|disabled|required|optional|redacted)$/i

/** A column's name, a password for trying things out: redacted, it would be missing in ordinary texts. */
const PLAIN_WORDS = /^[A-Z]?[a-z]+(?:[_-]?[A-Z][a-z]+|[_-][a-z]+)*$/

const FILE_PATH = /^(?:~|\.{1,2}|[A-Za-z]:)?[\\/](?:[\w .@+-]+[\\/])*[\w .@+-]*\.[A-Za-z][A-Za-z0-9]{0,9}$/

/** The values of entries such as `OPENAI_API_KEY`, `DB_PASSWORD`, `x-api-key` or `clientSecret`. */
export function secretValuesIn(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && isSecretName(name) && !isPlain(value.trim()) ? [value] : [],
  )
}

function isSecretName(name: string): boolean {
  if (SECRET_ADDRESS.test(name)) return true
  if (NOT_THE_SECRET.test(name) || COUNT.test(name)) return false
  return SECRET_WORD.test(name) || SECRET_PART.test(name) || SECRET_END.test(name)
}

function isPlain(value: string): boolean {
  if (SWITCH.test(value)) return true
  return (value.length <= PLAIN_LENGTH_MAX && PLAIN_WORDS.test(value)) || FILE_PATH.test(value)
}
