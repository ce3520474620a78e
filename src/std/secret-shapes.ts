/** What well-known keys look like. */

import { escapeRegExp } from './escape-reg-exp.ts'

/** Both are sources of regular expressions. */
export interface SecretShape {
  /** The whole secret. */
  readonly pattern: string
  /** Any part of it from its start, up to the end of the text. */
  readonly beginning: string
}

const NOT_IN_A_WORD = '(?<![A-Za-z0-9])'
const WORD = '[A-Za-z0-9_-]'
const ALPHANUMERIC = '[A-Za-z0-9]'
const TOKEN = '[A-Za-z0-9._~+/=-]'
const PEM = '(?:(?!-----END [A-Z0-9 ]{0,40}-----)[\\w+/=\\s\\\\:,.-])'

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

/** A prefix and at least so many characters, one a digit: names such as `sk-toggleable-content` have none. */
function key(prefix: string, character: string, countMin: number): SecretShape {
  return {
    pattern: `${NOT_IN_A_WORD}${escapeRegExp(prefix)}(?=${character}{0,64}\\d)${character}{${countMin},}`,
    beginning: NOT_IN_A_WORD + beginningOf(prefix, `${character}*`),
  }
}

/** An `Authorization` header's token, behind the word that announces it. */
function bearer(word: string): SecretShape {
  return {
    pattern: `(?<=${NOT_IN_A_WORD}${escapeRegExp(word)})${TOKEN}{16,}`,
    beginning: NOT_IN_A_WORD + beginningOf(word, `${TOKEN}*`),
  }
}

/** Two JSON objects in base64 (both begin with `eyJ`) with a signature. @see RFC 7519 */
function jsonWebToken(): SecretShape {
  return {
    pattern: `${NOT_IN_A_WORD}eyJ${WORD}{8,512}\\.eyJ${WORD}{8,4096}\\.${WORD}{8,}`,
    beginning: NOT_IN_A_WORD + beginningOf('eyJ', '[A-Za-z0-9_.-]*'),
  }
}

/** A private key in PEM, with line ends as they are or as `\n`, whole or cut off. @see RFC 7468 */
function privateKey(): SecretShape {
  return {
    pattern:
      `-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?:\\s|\\\\[nr])+${ALPHANUMERIC}${PEM}{15,}` +
      '(?:-----END [A-Z0-9 ]{0,40}-----)?',
    beginning: beginningOf('-----BEGIN ', `${PEM}*`),
  }
}

/** The password of `scheme://user:password@host`. */
function passwordInUrl(): SecretShape {
  return {
    // Not over the end of a JSON text, which could be another's address.
    pattern: '(?<=:\\/\\/[^\\s/:@"]{0,256}:)[^\\s/@"]+(?=@)',
    beginning: beginningOf('://', '[^\\s/@"]*'),
  }
}

/** Matches any number of the prefix's first characters, and behind all of them the rest. */
function beginningOf(prefix: string, rest: string): string {
  return Array.from(prefix).reduceRight((inner, character) => `${escapeRegExp(character)}(?:${inner})?`, rest)
}
