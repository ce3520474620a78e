/** Secrets taken out of data: every text in it is redacted, names of fields too. */

import type { Redactor } from './redact.ts'
import { redactNames } from './redact-names.ts'

/**
 * A copy of the value without secrets.
 *
 * Lists and objects are copied, errors stay errors (with name, message, stack, cause and fields), bytes are named by
 * their number, and what stands inside itself becomes `[circular]`.
 */
export function redactValue(value: unknown, redactor: Redactor): unknown {
  return copyOf(value, redactor, new Set())
}

function copyOf(value: unknown, redactor: Redactor, around: ReadonlySet<object>): unknown {
  if (typeof value === 'string') return redactor.redact(value)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (around.has(value)) return '[circular]'

  const within = new Set(around).add(value)
  if (Array.isArray(value)) return value.map((entry) => copyOf(entry, redactor, within))
  if (value instanceof Error) return errorCopy(value, redactor, within)
  if (value instanceof URL) return redactor.redact(value.href)
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  return fieldsCopy(value, redactor, within)
}

function fieldsCopy(value: object, redactor: Redactor, around: ReadonlySet<object>): Record<string, unknown> {
  const fields = Object.entries(value)
  const names = redactNames(
    fields.map(([name]) => name),
    redactor,
  )
  return Object.fromEntries(
    fields.map(([name, field], index) => [names[index] ?? name, copyOf(field, redactor, around)]),
  )
}

function errorCopy(error: Error, redactor: Redactor, around: ReadonlySet<object>): Error {
  const cause = error.cause === undefined ? {} : { cause: copyOf(error.cause, redactor, around) }
  const copy = new Error(redactor.redact(error.message), cause)
  Object.assign(copy, fieldsCopy(error, redactor, around))
  copy.name = redactor.redact(error.name)
  copy.stack = redactor.redact(error.stack ?? '')
  return copy
}
