/** Reads a patch while it arrives. */

import { PatchSyntaxError } from '../errors.ts'
import { createHunkParser, END_PATCH } from './hunk-parser.ts'
import { createLineAssembler } from './line-assembler.ts'
import { isHeredocStart } from './parse-patch.ts'
import type { Hunk } from './patch.ts'
import { trim } from './white-space.ts'

export interface PatchStream {
  /**
   * Take the next piece of the patch, cut anywhere.
   *
   * @returns What is known of the patch: always the same array, which grows, and whose last hunk does. A line counts
   *   from its line end on.
   */
  push(delta: string): readonly Hunk[]
  /** Nothing more comes. @returns The hunks of the whole; where it is a patch, they are `parsePatch`'s. */
  finish(): readonly Hunk[]
  /** Why the text is no patch, once that is certain; what comes after it is not read. */
  readonly problem: PatchSyntaxError | null
}

/**
 * Follow a patch in Codex's format, as forgiving as `parsePatch`.
 *
 * Each piece is read once, so that following a patch takes as long as reading it whole. What may be written is decided
 * by `parsePatch` on the whole text.
 */
export function streamPatch(): PatchStream {
  const parser = createHunkParser()
  let problem: PatchSyntaxError | null = null
  let isBegun = false
  let isHeredoc = false
  /** Lines that end the patch if nothing comes after them, and belong to it otherwise. */
  let held: string[] = []

  function take(line: string): void {
    const trimmed = trim(line)
    if (!isBegun) begin(line, trimmed)
    else if (isHeredoc && trimmed.endsWith('EOF') && (parser.isEnded || held.length > 0)) held.push(line)
    else if (trimmed === '' && held.length > 0) held.push(line)
    else if (trimmed === END_PATCH && !line.startsWith(END_PATCH)) {
      // Inside an update an indented marker is a line of context, but not when it is the patch's last line.
      flush()
      held = [line]
    } else {
      flush()
      parser.push(line)
    }
  }

  function begin(line: string, trimmed: string): void {
    if (trimmed === '') return
    if (!isHeredoc && isHeredocStart(line.slice(line.indexOf(trimmed)).replace(/\r$/, ''))) {
      isHeredoc = true
      return
    }
    isBegun = true
    parser.push(line)
  }

  function flush(): void {
    const lines = held
    held = []
    for (const line of lines) parser.push(line)
  }

  const lines = createLineAssembler(take)

  /** The hunks after a deed; the first problem is the last deed. */
  function after(deed: () => void): readonly Hunk[] {
    if (problem !== null) return parser.hunks
    try {
      deed()
    } catch (error) {
      if (!(error instanceof PatchSyntaxError)) throw error
      problem = error
    }
    return parser.hunks
  }

  return {
    push: (delta) => after(() => lines.push(delta)),
    finish: () => after(() => lines.finish()),
    get problem() {
      return problem
    },
  }
}
