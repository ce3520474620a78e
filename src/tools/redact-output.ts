/** What a tool gives back, without the secrets that the host knows of. */

import type { Redactor } from '../std/redact.ts'

/** Redacts the texts in plain data; what is no plain data (bytes, dates, maps) is passed on as it is. */
export function redactOutput(value: unknown, redactor: Redactor): unknown {
  return copyOf(value, redactor, new Set())
}

function copyOf(value: unknown, redactor: Redactor, above: Set<object>): unknown {
  if (typeof value === 'string') return redactor.redact(value)
  // A circle is left to those who check results for being data.
  if (typeof value !== 'object' || value === null || above.has(value)) return value
  above.add(value)
  try {
    if (Array.isArray(value)) return value.map((entry) => copyOf(entry, redactor, above))
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, copyOf(field, redactor, above)]),
    )
  } catch {
    return value
  } finally {
    above.delete(value)
  }
}
