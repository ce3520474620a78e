/** What well-known keys look like. */

import { escapeRegExp } from './escape-reg-exp.ts'

/** Both are sources of regular expressions. */
export interface SecretShape {
  /** The whole secret. */
  readonly pattern: string
  /** Any part of it from its start, up to the end of the text. */
  readonly beginning: string
}

/** No key is longer, and the engine cannot go back over a match of many megabytes. */
const SECRET_LENGTH_MAX = 8 * 1024

const NOT_IN_A_WORD = '(?<![A-Za-z0-9])'
const WORD = '[A-Za-z0-9_-]'
const ALPHANUMERIC = '[A-Za-z0-9]'
const TOKEN = '[A-Za-z0-9._~+/=-]'

/** Lines of a key as files hold them, as strings write them (`\n`), and as listings number them. */
const PEM_LINE_END = '(?:\\s|\\\\{1,8}[nr]){1,256}(?:L?\\d{1,7}[:|\\t]\\s*)?'
const PEM_CHARACTER = '(?:[A-Za-z0-9+/]|\\\\/)'
const PEM_HEADER = '[A-Za-z][A-Za-z-]{0,40}: [\\w,.+/=]{1,80}(?:[ -][\\w,.+/=]{1,80}){0,8}'
const PEM_END = '-----END [A-Z0-9 ]{0,40}-----'
/** Whatever a key is made of before its end. */
const PEM_PART = `(?:(?!${PEM_END})[\\w+/=\\s\\\\:|,.-])`

export const SECRET_SHAPES: readonly SecretShape[] = [
  // OpenAI, Anthropic, OpenRouter and many who do as they do.
  key('sk-', WORD, 20),
  key('pplx-', ALPHANUMERIC, 20),
  key('tvly-', WORD, 20),
  key('fc-', '[0-9a-f]', 32),
  key('ghp_', ALPHANUMERIC, 36),
  key('gho_', ALPHANUMERIC, 36),
  key('ghu_', ALPHANUMERIC, 36),
  key('ghs_', ALPHANUMERIC, 36),
  key('ghr_', ALPHANUMERIC, 36),
  key('github_pat_', '[A-Za-z0-9_]', 22),
  key('glpat-', WORD, 20),
  key('npm_', ALPHANUMERIC, 36),
  key('hf_', ALPHANUMERIC, 30),
  key('AKIA', '[A-Z0-9]', 16),
  key('ASIA', '[A-Z0-9]', 16),
  key('AIza', WORD, 35),
  key('xoxb-', WORD, 20),
  key('xoxp-', WORD, 20),
  key('xoxa-', WORD, 20),
  key('sk_live_', ALPHANUMERIC, 20),
  key('rk_live_', ALPHANUMERIC, 20),
  bearer('Bearer '),
  bearer('bearer '),
  jsonWebToken(),
  privateKey(),
  passwordInUrl(),
]

/**
 * A prefix and at least so many characters, one a digit.
 *
 * Where they can be joined by hyphens, so are the words of names such as `sk-chase-dot-1`: there it takes three
 * digits and no dot before it, as a style sheet's class has, or a beginning without a joint.
 */
function key(prefix: string, character: string, countMin: number): SecretShape {
  const start = escapeRegExp(prefix)
  const unbroken = `(?=${ALPHANUMERIC}{${countMin}})(?=[A-Za-z]{0,64}\\d)`
  const joined = `(?<!(?<!\\.)\\.${start})(?=(?:[A-Za-z_-]{0,62}\\d){3})`
  const isKey = character === WORD ? `(?:${unbroken}|${joined})` : `(?=${character}{0,64}\\d)`
  return {
    pattern: `${NOT_IN_A_WORD}${start}${isKey}${character}{${countMin},${SECRET_LENGTH_MAX}}`,
    beginning: NOT_IN_A_WORD + beginningOf(prefix, `${character}*`),
  }
}

/** An `Authorization` header's token, behind the word that announces it; without a digit it is another word. */
function bearer(word: string): SecretShape {
  return {
    pattern: `(?<=${NOT_IN_A_WORD}${escapeRegExp(word)})(?=[A-Za-z._~+/=-]{0,256}\\d)${TOKEN}{16,${SECRET_LENGTH_MAX}}`,
    beginning: NOT_IN_A_WORD + beginningOf(word, `${TOKEN}*`),
  }
}

/** Two JSON objects in base64 (both begin with `eyJ`) with a signature. @see RFC 7519 */
function jsonWebToken(): SecretShape {
  return {
    pattern: `${NOT_IN_A_WORD}eyJ${WORD}{8,512}\\.eyJ${WORD}{8,4096}\\.${WORD}{8,${SECRET_LENGTH_MAX}}`,
    beginning: NOT_IN_A_WORD + beginningOf('eyJ', '[A-Za-z0-9_.-]*'),
  }
}

/** A private key in PEM, whole or cut off; prose below a line that begins one is let be. @see RFC 7468 */
function privateKey(): SecretShape {
  const last = `(?:${PEM_LINE_END}${PEM_CHARACTER}{1,15}={0,2})?`
  return {
    pattern:
      '-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----' +
      `(?:${PEM_LINE_END}${PEM_HEADER}){0,4}(?:${PEM_LINE_END}${PEM_CHARACTER}{16,16384}={0,2}){1,512}` +
      `(?:${last}${PEM_LINE_END}${PEM_END})?`,
    beginning: beginningOf(
      '-----BEGIN ',
      `[A-Z0-9 ]{0,51}(?:(?<=PRIVATE KEY)${beginningOf('-----', `${PEM_PART}*`)})?`,
    ),
  }
}

/**
 * The password of `scheme://user:password@host`.
 *
 * A variable in its place is none (`$PASSWORD`, `${PASSWORD}`, `<password>`), nor is a port with a query behind it, nor
 * the tag of an image that is pinned to its digest.
 */
function passwordInUrl(): SecretShape {
  // Not over the end of a JSON text, which could be another's address.
  const password = '(?![$&{<]|\\d{1,5}[&,;])(?:(?!\\$[{(])[^\\s/@"?#]){6,512}'
  return {
    pattern: `(?<=:\\/\\/[^\\s/:@"?#]{0,256}:)${password}(?=@(?!sha\\d{3}:))`,
    beginning: beginningOf('://', `[^\\s/@"?#]*(?:${beginningOf('@sha', '\\d{0,3}')})?`),
  }
}

/** Matches any number of the prefix's first characters, and behind all of them the rest. */
function beginningOf(prefix: string, rest: string): string {
  return Array.from(prefix).reduceRight((inner, character) => `${escapeRegExp(character)}(?:${inner})?`, rest)
}
