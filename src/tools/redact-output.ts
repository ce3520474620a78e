/** Plain data, without the secrets that the host knows of. */

import type { Redactor } from '../std/redact.ts'

const NOTHING: ReadonlySet<string> = new Set()

/**
 * Redacts the texts in plain data; what is no plain data (bytes, dates, maps) is passed on as it is.
 *
 * @param except Names of fields that are left alone.
 * @returns The very value where there was nothing to take out.
 */
export function redactOutput<Value>(
  value: Value,
  redactor: Redactor,
  except: ReadonlySet<string> = NOTHING,
): Value {
  // Of the same shape: only texts in it change.
  return copyOf(value, redactor, except, new Set()) as Value
}

function copyOf(
  value: unknown,
  redactor: Redactor,
  except: ReadonlySet<string>,
  above: Set<object>,
): unknown {
  if (typeof value === 'string') return isPicture(value) ? value : redactor.redact(value)
  // A circle is left to those who check results for being data.
  if (typeof value !== 'object' || value === null || above.has(value)) return value
  above.add(value)
  try {
    if (Array.isArray(value)) {
      const copy = value.map((entry) => copyOf(entry, redactor, except, above))
      return copy.every((entry, index) => entry === value[index]) ? value : copy
    }
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) return value
    const fields = Object.entries(value)
    const copies = fields.map(([name, field]): [string, unknown] => [
      name,
      except.has(name) ? field : copyOf(field, redactor, except, above),
    ])
    return copies.every(([, copy], index) => copy === fields[index]?.[1]) ? value : Object.fromEntries(copies)
  } catch {
    return value
  } finally {
    above.delete(value)
  }
}

/** Megabytes of base64 in which no secret is spelled. */
const isPicture = (text: string) => /^data:image\/[\w.+-]+;base64,/.test(text)
