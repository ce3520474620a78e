/** Any value as plain JSON, so that nothing a tool gives back can break what it is shown in or kept in. */

const DEPTH_MAX = 200

/**
 * What JSON says stays as it is; what it cannot say becomes the nearest words.
 *
 * BigInts, dates, maps, sets and bytes are told; functions and symbols become null, a circle `[circular]`, what lies more
 * than 200 levels deep `[too deep]`, and what throws when it is read `[unreadable]`. Never throws.
 */
export function jsonSafe(value: unknown): unknown {
  return copy(value, new Set(), 0)
}

function copy(value: unknown, above: Set<object>, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return `${value}n`
    case 'object':
      return value === null ? null : copyObject(value, above, depth)
    default:
      return null
  }
}

function copyObject(value: object, above: Set<object>, depth: number): unknown {
  if (above.has(value)) return '[circular]'
  if (depth >= DEPTH_MAX) return '[too deep]'
  above.add(value)
  try {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
    if (value instanceof Uint8Array) return `<${value.byteLength} bytes>`
    if (value instanceof Map || value instanceof Set || Array.isArray(value)) {
      return [...value].map((entry) => copy(entry, above, depth + 1))
    }
    const fields: [string, unknown][] = []
    for (const key of Object.keys(value)) {
      const field: unknown = Reflect.get(value, key)
      if (field !== undefined) fields.push([key, copy(field, above, depth + 1)])
    }
    // Not by assignment: a field may be called `__proto__`.
    return Object.fromEntries(fields)
  } catch {
    return '[unreadable]'
  } finally {
    above.delete(value)
  }
}
