/** Reads a whole patch, with the wrappings that models put around one. */

import { PatchSyntaxError } from '../errors.ts'
import {
  BEGIN_PATCH,
  createHunkParser,
  END_PATCH,
  FIRST_LINE_PROBLEM,
  LAST_LINE_PROBLEM,
} from './hunk-parser.ts'
import type { Patch } from './patch.ts'
import { trim, trimmedSpan } from './white-space.ts'

const CARRIAGE_RETURN = 13
const HEREDOC_STARTS = new Set(['<<EOF', "<<'EOF'", '<<"EOF"'])

/**
 * Read a patch in Codex's format.
 *
 * Blank lines around it, spaces around its markers, CRLF, and a heredoc of the shell (`<<'EOF'` … `EOF`) are forgiven.
 *
 * @throws {PatchSyntaxError}
 */
export function parsePatch(text: string): Patch {
  const [from, to] = envelopeOf(text)
  const parser = createHunkParser()
  let at = from
  for (let end = text.indexOf('\n', at); end !== -1 && end < to; end = text.indexOf('\n', at)) {
    parser.push(lineOf(text, at, end))
    at = end + 1
  }
  return parser.finish(lineOf(text, at, to))
}

/** Whether a line, without its end, opens a heredoc that a patch may come in. */
export function isHeredocStart(line: string): boolean {
  return HEREDOC_STARTS.has(line)
}

type Span = readonly [from: number, to: number]

/** Where the patch lies in a text, from its first marker to its last. */
function envelopeOf(text: string): Span {
  const whole = trimmedSpan(text)
  const problem = envelopeProblem(text, whole)
  if (problem === null) return whole

  const inner = insideHeredoc(text, whole)
  const innerProblem = inner === null ? problem : envelopeProblem(text, inner)
  if (inner === null || innerProblem !== null) throw new PatchSyntaxError(innerProblem ?? problem, null)
  return inner
}

function envelopeProblem(text: string, [from, to]: Span): string | null {
  if (from < to && trim(firstLine(text, [from, to])) !== BEGIN_PATCH) return FIRST_LINE_PROBLEM
  return trim(lastLine(text, [from, to])) === END_PATCH ? null : LAST_LINE_PROBLEM
}

/** What stands between the first line and the last, if these are a heredoc's. */
function insideHeredoc(text: string, span: Span): Span | null {
  if (!isHeredocStart(firstLine(text, span)) || !lastLine(text, span).endsWith('EOF')) return null
  const from = text.indexOf('\n', span[0]) + 1
  const to = text.lastIndexOf('\n', span[1] - 1)
  // Two lines at least have to be left.
  return from > 0 && to > from && text.slice(from, to).includes('\n') ? [from, to] : null
}

function firstLine(text: string, [from, to]: Span): string {
  const end = text.indexOf('\n', from)
  return lineOf(text, from, end === -1 || end > to ? to : end)
}

function lastLine(text: string, [from, to]: Span): string {
  return lineOf(text, Math.max(from, text.lastIndexOf('\n', to - 1) + 1), to)
}

/** A line as Rust's `str::lines` gives it: a CR goes with the LF behind it. */
function lineOf(text: string, from: number, to: number): string {
  return text.slice(from, to > from && text.charCodeAt(to - 1) === CARRIAGE_RETURN ? to - 1 : to)
}
