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
import { trim } from './white-space.ts'

const HEREDOC_STARTS = new Set(['<<EOF', "<<'EOF'", '<<"EOF"'])

/**
 * Read a patch in Codex's format.
 *
 * Blank lines around it, spaces around its markers, CRLF, and a heredoc of the shell (`<<'EOF'` … `EOF`) are forgiven.
 *
 * @throws {PatchSyntaxError}
 */
export function parsePatch(text: string): Patch {
  const parser = createHunkParser()
  const lines = envelopeOf(splitLines(trim(text)))
  for (const line of lines.slice(0, -1)) parser.push(line)
  return parser.finish(lines.at(-1) ?? '')
}

/** The lines from the first marker to the last. */
function envelopeOf(lines: readonly string[]): readonly string[] {
  const problem = envelopeProblem(lines)
  if (problem === null) return lines

  const isHeredoc =
    lines.length >= 4 && HEREDOC_STARTS.has(lines[0] ?? '') && (lines.at(-1) ?? '').endsWith('EOF')
  const inner = isHeredoc ? lines.slice(1, -1) : lines
  const innerProblem = isHeredoc ? envelopeProblem(inner) : problem
  if (innerProblem !== null) throw new PatchSyntaxError(innerProblem, null)
  return inner
}

function envelopeProblem(lines: readonly string[]): string | null {
  if (lines.length > 0 && trim(lines[0] ?? '') !== BEGIN_PATCH) return FIRST_LINE_PROBLEM
  return trim(lines.at(-1) ?? '') === END_PATCH ? null : LAST_LINE_PROBLEM
}

/** Lines as Rust's `str::lines` gives them: a CR goes with the LF behind it. */
function splitLines(text: string): string[] {
  if (text === '') return []
  return text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
}
