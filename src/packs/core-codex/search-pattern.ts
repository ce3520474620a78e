/** Looks for a regular expression of ripgrep's in the lines of a text. */

import { isAscii } from 'node:buffer'
import { messageOf } from '../../protocol/errors.ts'
import { SearchError } from './errors.ts'
import { timeGuard } from './time-guard.ts'
import { translatePattern } from './translate-pattern.ts'

export interface SearchPattern {
  /**
   * Where the first line begins that matches, in bytes; null where none does.
   *
   * @param bytes Lines, each of which ends with LF; the last may lack it. What is no UTF-8 reads as U+FFFD.
   * @throws {SearchError} The pattern takes too long.
   */
  matchOffset(bytes: Buffer): number | null | Promise<number | null>
}

/** Longer texts are searched under guard even for a pattern in which one letter repeats: its time grows with the square. */
const UNGUARDED_BYTES = 32 * 1024
/** Of computing under guard, for a whole search. */
const BUDGET_MS = 2_000

/** @throws {SearchError} It is no regular expression. */
export function searchPattern(pattern: string): SearchPattern {
  const { ascii, unicode, ignoresCase, literal, isLiteral, repeats } = translatePattern(pattern)
  const needle = Buffer.from(literal)
  const forAscii = lineFinder(ascii, ignoresCase)
  const forAny = lineFinder(unicode, ignoresCase)
  const guard = timeGuard(BUDGET_MS)

  return {
    matchOffset(bytes) {
      // Most files hold no match, and most of those not even the part of it that is sure.
      const at = needle.length === 0 ? 0 : bytes.indexOf(needle)
      if (at === -1) return null
      if (isLiteral && !literal.includes('\n')) return bytes.lastIndexOf('\n', at) + 1

      const find = () => {
        if (isAscii(bytes)) return forAscii(bytes.toString('latin1'))
        const text = bytes.toString('utf8')
        const offset = forAny(text)
        return offset === null ? null : Buffer.byteLength(text.slice(0, offset))
      }
      const isCheap = repeats === 0 || (repeats === 1 && bytes.length <= UNGUARDED_BYTES)
      return isCheap ? find() : underGuard(find)
    },
  }

  async function underGuard(find: () => number | null): Promise<number | null> {
    const done = await guard.run(find)
    if (done !== null) return done.result
    throw new SearchError(
      `pattern takes more than ${BUDGET_MS / 1000} seconds of computing. Repeat fewer parts of it, or search fewer files.`,
    )
  }
}

/**
 * Finds a line in two steps: the whole text is searched with every place a line might end taken for one, then the line
 * that was found is asked alone, because only LF ends a line here.
 */
function lineFinder(source: string, ignoresCase: boolean): (text: string) => number | null {
  const line = compile(source, ignoresCase ? 'i' : '')
  const anyLine = compile(source, ignoresCase ? 'gim' : 'gm')

  return (text) => {
    for (let from = 0; from < text.length; ) {
      anyLine.lastIndex = from
      const found = anyLine.exec(text)
      // Behind the newline at the end there is no line.
      if (found === null || (found.index === text.length && text.endsWith('\n'))) return null
      const start = found.index === 0 ? 0 : text.lastIndexOf('\n', found.index - 1) + 1
      const newline = text.indexOf('\n', found.index)
      const end = newline === -1 ? text.length : newline
      if (line.test(text.slice(start, end))) return start
      from = end + 1
    }
    return null
  }
}

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
