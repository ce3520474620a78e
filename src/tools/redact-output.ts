/** Plain data, without the secrets that the host knows of. */

import type { Redactor } from '../std/redact.ts'
import { redactNames } from '../std/redact-names.ts'

const NOTHING: ReadonlySet<string> = new Set()

/**
 * Redacts the texts in plain data, names of fields too; what is no plain data (bytes, dates, maps) is passed on as it is.
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
    const names = redactNames(
      fields.map(([name]) => name),
      redactor,
    )
    const copies = fields.map(([name, field], index): [string, unknown] => [
      names[index] ?? name,
      except.has(name) ? field : copyOf(field, redactor, except, above),
    ])
    const isSame = copies.every(
      ([name, copy], index) => name === fields[index]?.[0] && copy === fields[index][1],
    )
    return isSame ? value : Object.fromEntries(copies)
  } catch {
    return value
  } finally {
    above.delete(value)
  }
}

/** Megabytes of base64 in which no secret is spelled: to the very end, or a secret could follow. */
function isPicture(text: string): boolean {
  const head = /^data:image\/[\w.+-]{1,64};base64,/.exec(text)?.[0]
  return head !== undefined && !/[^A-Za-z0-9+/=]/.test(text.slice(head.length))
}
