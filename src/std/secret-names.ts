/** Which variables of an environment hold secrets, by their names. */

const SECRET_NAME = /(?:^|_)(?:(?:API)?KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)(?:_|$)/i

/** Where a secret is, or what it is called, but not the secret. */
const NOT_THE_SECRET = /_(?:FILE|PATH|DIR|SOCK|URL|URI|NAME|LIMIT|TTL)$/i

/** What such a variable may hold when it is a switch. */
const PLAIN_WORD = /^(?:true|false|none|null|undefined|default|enabled|disabled|required|optional|redacted)$/i

/** The values of variables such as `OPENAI_API_KEY`, `DB_PASSWORD` or `SECRET_TOKEN`. */
export function secretValuesIn(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && isSecretName(name) && !PLAIN_WORD.test(value) ? [value] : [],
  )
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !NOT_THE_SECRET.test(name)
}
