/** How a script is wrapped for the engine, which positions in its errors have to be read by. */

/** What errors call the model's script. */
export const SCRIPT_FILE = 'script.ts'

/** Stands on the script's own first line, so that lines need no correction and only columns of line 1 do. */
export const SCRIPT_PREFIX = '(async function(){"use strict";'

/** On a line of its own: the script may end in a comment. */
export const SCRIPT_SUFFIX = '\n})'

/** How the message of a refused `import()` begins; the module's name follows. */
export const FORBIDDEN_IMPORT = 'import() does not work in a script'

export interface Position {
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1, in UTF-16 units. */
  readonly column: number
}

const FRAME = new RegExp(`\\b${SCRIPT_FILE.replace('.', '\\.')}:(\\d+):(\\d+)`)

/**
 * The innermost place of the script in one of the engine's stacks.
 *
 * @param makers Classes of the error: its maker's own lines are not where it was thrown.
 */
export function positionInStack(stack: string, makers: readonly string[] = []): Position | undefined {
  const frames = stack.split('\n')
  const first = frames.findIndex((frame) => !makers.some((maker) => frame.startsWith(`    at ${maker} (`)))
  const found = FRAME.exec(frames.slice(Math.max(0, first)).join('\n')) ?? FRAME.exec(stack)
  if (found === null) return undefined
  return withoutPrefix({ line: Number(found[1]), column: Number(found[2]) })
}

/** The engine counts characters, and everybody else UTF-16 units. */
export function inUnits({ line, column }: Position, body: string): Position {
  const text = body.split('\n', line)[line - 1] ?? ''
  let units = 0
  let characters = 0
  for (const character of text) {
    if (characters++ >= column - 1) break
    units += character.length
  }
  return { line, column: units + 1 + Math.max(0, column - 1 - characters) }
}

/** From the engine's counting to the model's. */
export function withoutPrefix({ line, column }: Position): Position {
  return { line, column: line === 1 ? Math.max(1, column - SCRIPT_PREFIX.length) : column }
}
