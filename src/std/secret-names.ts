/** Which entries of an environment or a configuration hold secrets, by their names. */

/** A word of a name: between its ends, underscores, hyphens and dots. */
const SECRET_WORD =
  /(?:^|[_.-])(?:(?:API)?KEY|TOKEN|SECRET|PASS|PAT|AUTH|AUTHORIZATION|COOKIE|SIG(?:NATURE)?|CREDENTIALS?)(?:[_.-]|$)/i

/** What means a secret also where it is grown together with other words, as in `ClientSecret`. */
const SECRET_PART =
  /SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|TOKEN$|(?:ACCESS|API|AUTH|ENCRYPTION|MASTER|PRIVATE|SIGNING)KEY/i

/** Where a secret is, or what it is called, but not the secret. */
const NOT_THE_SECRET = /_(?:FILE|PATH|DIR|SOCK|URL|URI|NAME|LIMIT|TTL)$/i

/** What such a variable may hold when it is a switch. */
const PLAIN_WORD = /^(?:true|false|none|null|undefined|default|enabled|disabled|required|optional|redacted)$/i

/** The values of entries such as `OPENAI_API_KEY`, `DB_PASSWORD`, `x-api-key` or `clientSecret`. */
export function secretValuesIn(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && isSecretName(name) && !PLAIN_WORD.test(value) ? [value] : [],
  )
}

function isSecretName(name: string): boolean {
  return (SECRET_WORD.test(name) || SECRET_PART.test(name)) && !NOT_THE_SECRET.test(name)
}
