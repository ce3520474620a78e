/** Secrets taken out of text, also when it arrives in pieces. */

import { escapeRegExp } from './escape-reg-exp.ts'
import { literalForms } from './secret-forms.ts'
import { SECRET_SHAPES } from './secret-shapes.ts'

export interface Redactor {
  /** The text with every secret replaced by `[redacted]`. */
  redact(text: string): string
  /** For a text that arrives in pieces. */
  stream(): RedactionStream
}

/** All that it gives, joined, is what `redact` makes of all it was given, joined. */
export interface RedactionStream {
  /** What can be shown by now; what could be the beginning of a secret is held back. */
  push(piece: string): string
  /** The rest. */
  end(): string
}

export interface RedactorOptions {
  /** Also look for what has the shape of a key, although nobody named it; true unless said otherwise. */
  readonly shapes?: boolean
}

/** What stands in a secret's place. */
export const REDACTED = '[redacted]'

/** Shorter values are no secrets worth the name, and would be found inside ordinary words. */
const SECRET_LENGTH_MIN = 8

/** No key is longer; a run of letters that is, is let go. */
const HELD_LENGTH_MAX = 8 * 1024

/** How far a shape looks back from where it begins; the farthest is a URL's password, to the scheme. */
const CONTEXT_LENGTH = 300

/**
 * Makes a redactor.
 *
 * It finds the given values, as they are and in base64, percent and JSON encoding, and the well-known shapes of keys.
 *
 * @param values Secrets, such as API keys; those of fewer than 8 characters are passed over, and so is the white space
 *   at their ends.
 */
export function createRedactor(
  values: Iterable<string> = [],
  { shapes = true }: RedactorOptions = {},
): Redactor {
  // A value read from a file often ends with the file's last line end, which others leave out.
  const trimmed = Array.from(values, (value) => value.trimEnd())
  const secrets = [...new Set(trimmed)].filter(({ length }) => length >= SECRET_LENGTH_MIN)
  const literals = [...new Set(secrets.flatMap(literalForms))]
    .filter(({ length }) => length >= SECRET_LENGTH_MIN)
    .toSorted((a, b) => b.length - a.length)

  const wanted = shapes ? SECRET_SHAPES : []
  // Longest first, since of several alternatives at one place the first is taken.
  const secret = anyOf([
    ...literals.map((literal) => escapeRegExp(literal)),
    ...wanted.map(({ pattern }) => pattern),
  ])
  const beginning = anyOf(wanted.map((shape) => `(?:${shape.beginning})$`))

  // Most texts in data are names and short words, in which there is no room for a secret of any shape.
  const redact = (text: string): string =>
    text.length < SECRET_LENGTH_MIN ? text : text.replace(secret, REDACTED)

  /** Where the part begins that may become a secret when more comes. */
  const heldFrom = (text: string, from: number): number => {
    const start = Math.max(from, text.length - HELD_LENGTH_MAX)
    // What announces a secret may have been given away already, as the end of another one.
    beginning.lastIndex = Math.max(0, start - CONTEXT_LENGTH)
    const shape = beginning.exec(text)
    const held = shape === null ? text.length : Math.max(start, shape.index)
    return literals.reduce((earliest, literal) => Math.min(earliest, literalFrom(text, literal, start)), held)
  }

  const stream = (): RedactionStream => {
    /** What was given away last: it says whether a word has begun, or a URL. */
    let before = ''
    let held = ''

    const release = (text: string, until: number): string => {
      let shown = ''
      let position = before.length
      secret.lastIndex = position
      for (let match = secret.exec(text); match !== null && match.index < until; match = secret.exec(text)) {
        shown += text.slice(position, match.index) + REDACTED
        position = match.index + match[0].length
      }
      // A secret that begins in time is taken whole, although its end might begin another one.
      const end = Math.max(position, until)
      shown += text.slice(position, end)
      before = text.slice(Math.max(0, end - CONTEXT_LENGTH), end)
      held = text.slice(end)
      return shown
    }

    return {
      push(piece) {
        const text = before + held + piece
        return release(text, heldFrom(text, before.length))
      },
      end() {
        const text = before + held
        return release(text, text.length)
      },
    }
  }
  return { redact, stream }
}

/** Matches what one of the patterns matches: nothing when there is none. */
function anyOf(patterns: readonly string[]): RegExp {
  return new RegExp(patterns.length === 0 ? '(?!)' : patterns.join('|'), 'g')
}

/** Where the end of the text may be the beginning of the literal; the text's length when nowhere. */
function literalFrom(text: string, literal: string, from: number): number {
  const start = Math.max(from, text.length - literal.length + 1)
  for (
    let at = text.indexOf(literal.charAt(0), start);
    at !== -1;
    at = text.indexOf(literal.charAt(0), at + 1)
  ) {
    if (literal.startsWith(text.slice(at))) return at
  }
  return text.length
}
