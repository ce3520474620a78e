/** From positions in converted JavaScript back to those in the model's TypeScript. */

import { SourceMap } from 'node:module'
import type { Position } from './script-file.ts'

/** What sources are wrapped in for the parser: one line, so that lines stay; a function, so that return is at home. */
export const STRIPPED_PREFIX = 'async function f(){'
/** What it makes of that where it does not only strip but writes anew. */
export const CONVERTED_PREFIX = 'async function f() {'

/**
 * @param position Without the engine's prefix.
 * @param sourceMap Of sources that were converted; types that were only stripped have left every position as it was.
 */
export function originalPosition(position: Position, sourceMap: string | undefined): Position {
  if (sourceMap === undefined) return position
  const line = position.line - 1
  const column = position.column - 1 + (line === 0 ? CONVERTED_PREFIX.length : 0)
  const entry = new SourceMap(JSON.parse(sourceMap)).findEntry(line, column)
  if (!('originalLine' in entry)) return position
  // An entry marks where a piece of code begins; within the piece, distances are mostly as they were.
  const within = entry.generatedLine === line ? column - entry.generatedColumn : 0
  const prefix = entry.originalLine === 0 ? STRIPPED_PREFIX.length : 0
  return { line: entry.originalLine + 1, column: Math.max(1, entry.originalColumn + within + 1 - prefix) }
}
