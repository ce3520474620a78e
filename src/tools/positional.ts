/** From what a script passed to the one object that a tool takes. */

import { ToolError } from '../protocol/errors.ts'
import { unreachable } from '../std/unreachable.ts'
import type { RegisteredTool } from './tool-set.ts'

/**
 * `readFile('a.txt', { limit: 5 })` means what `readFile({ file_path: 'a.txt', limit: 5 })` means.
 *
 * Positional values come first, then at most one object with the rest; one full object always works.
 *
 * @throws {ToolError} Too many arguments, or a value where only an object can stand.
 */
export function inputFromArguments({ tool, scriptPath }: RegisteredTool, args: readonly unknown[]): unknown {
  const positional = tool.positional ?? []
  const [first] = args
  if (args.length === 0) return {}
  if (args.length === 1 && isPlainObject(first)) return first

  const last = args.at(-1)
  const hasRest = args.length > 1 && isPlainObject(last)
  const values = hasRest ? args.slice(0, -1) : args
  if (values.length > positional.length) {
    const takes =
      positional.length === 0 ? 'one object' : `${positional.join(', ')}, then one object with the rest`
    throw new ToolError(`tools.${scriptPath} takes ${takes}; it was given ${values.length} other values.`)
  }

  const input: Record<string, unknown> = hasRest && isPlainObject(last) ? { ...last } : {}
  for (const [index, value] of values.entries()) {
    const field = positional[index] ?? unreachable('a positional value without its field')
    if (value !== undefined) input[field] = value
  }
  return input
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
