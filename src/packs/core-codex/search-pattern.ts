/** Reads a regular expression as ripgrep writes them. */

import { messageOf } from '../../protocol/errors.ts'
import { SearchError } from './errors.ts'

const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: ' \\t',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
}

export interface SearchPattern {
  /** Whether a line of a text, which ends with LF, matches: where the first such line begins, else null. */
  matchOffset(text: string): number | null
}

/** @throws {SearchError} It is no regular expression. */
export function searchPattern(pattern: string): SearchPattern {
  const [, flags = '', body = ''] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(pattern) ?? []
  const source = body
    .replaceAll('(?P<', '(?<')
    .replaceAll(/\\x\{([0-9A-Fa-f]+)\}/g, '\\u{$1}')
    .replaceAll(/\[:([a-z]+):\]/g, (whole, name: string) => POSIX_CLASSES[name] ?? whole)
    .replaceAll(/\\(.)/gs, (whole, letter: string) => (letter === 'A' ? '^' : letter === 'z' ? '$' : whole))
  const ignoreCase = flags.includes('i') ? 'i' : ''
  // Only LF ends a line there; in JavaScript a few more characters would.
  const line = compile(source, `${ignoreCase}s`)
  const anyLine = compile(source, `${ignoreCase}m`)

  return {
    matchOffset(text) {
      // The whole text first, because most files hold no match; then line by line, because no match may span two.
      if (!OTHER_LINE_ENDS.test(text) && !anyLine.test(text)) return null
      for (let offset = 0; offset < text.length; ) {
        const newline = text.indexOf('\n', offset)
        const end = newline === -1 ? text.length : newline
        if (line.test(text.slice(offset, end))) return offset
        offset = end + 1
      }
      return null
    },
  }
}

const OTHER_LINE_ENDS = /[\r\u2028\u2029]/

function compile(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, `u${flags}`)
  } catch (error) {
    // Without `u` JavaScript forgives more, such as a brace that closes nothing.
    try {
      return new RegExp(source, flags)
    } catch {
      throw new SearchError(`pattern is not a regular expression: ${messageOf(error)}`, { cause: error })
    }
  }
}
