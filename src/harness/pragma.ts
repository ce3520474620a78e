/** The first line of an `exec` script, where a model may set how the call goes: `// @exec: {"yield_time_ms": 5000}`. */

import { PragmaError } from './errors.ts'

export interface ExecRequest {
  /** As the model wrote it, with the first line, so that lines keep their numbers. */
  readonly source: string
  /** Milliseconds after which the model gets the output so far, while the script goes on. */
  readonly yieldTimeMs?: number
  readonly maxOutputTokens?: number
}

const PRAGMA = /^[ \t]*\/\/ @exec:([^\n]*)(?:\n|$)/
const FIELDS = ['yield_time_ms', 'max_output_tokens'] as const
const FORM = '// @exec: {"yield_time_ms": 10000, "max_output_tokens": 10000}'

/** @throws {PragmaError} No script, or a first line that cannot be meant. */
export function parseExecRequest(input: string): ExecRequest {
  if (input.trim() === '')
    throw new PragmaError('exec got no script. Send TypeScript source, not empty text.')
  const found = PRAGMA.exec(input)
  if (found === null) return { source: input }
  if (input.slice(found[0].length).trim() === '') {
    throw new PragmaError('exec got its first line, // @exec:, but no script after it.')
  }

  const fields = parseFields(found[1] ?? '')
  const yieldTimeMs = count(fields, 'yield_time_ms')
  const maxOutputTokens = count(fields, 'max_output_tokens')
  return {
    source: input,
    ...(yieldTimeMs !== undefined && { yieldTimeMs }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
  }
}

function parseFields(json: string): object {
  let fields: unknown
  try {
    fields = JSON.parse(json)
  } catch (error) {
    throw new PragmaError(`What follows // @exec: is not JSON: ${(error as Error).message}. Write ${FORM}`)
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new PragmaError(`What follows // @exec: has to be a JSON object. Write ${FORM}`)
  }
  const unknown = Object.keys(fields).filter((name) => !FIELDS.some((field) => field === name))
  if (unknown.length > 0) {
    throw new PragmaError(`// @exec: takes ${FIELDS.join(' and ')}, not ${unknown.join(', ')}.`)
  }
  return fields
}

function count(fields: object, name: (typeof FIELDS)[number]): number | undefined {
  const value: unknown = Object.entries(fields).find(([field]) => field === name)?.[1]
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new PragmaError(
    `${name} in // @exec: has to be a whole number from 0 to 2^53 - 1, not ${JSON.stringify(value)}.`,
  )
}
