/** A line of the model's source, with a caret under the place that an error names. */

import type { Position } from './script-file.ts'

const CHARS_MAX = 160

/** Undefined when the source has no such line. A long line is cut around the place. */
export function sourceFrame(source: string, { line, column }: Position): string | undefined {
  const text = source.split('\n', line)[line - 1]
  if (text === undefined) return undefined
  const start = column > CHARS_MAX ? column - CHARS_MAX / 2 : 0
  const shown = text.slice(start, start + CHARS_MAX).replaceAll('\t', ' ')
  const gutter = `${line} | `
  return `${gutter}${shown}\n${' '.repeat(gutter.length - 2)}| ${' '.repeat(Math.max(0, column - 1 - start))}^`
}
