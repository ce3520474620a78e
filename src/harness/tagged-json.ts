/**
 * The host's side of the border: values to JSON text for the guest, and back.
 *
 * JSON says most values; the others are objects with a `$`: `{"$":"bigint","v":"12"}`. The kinds are undefined, number
 * (NaN, ±Infinity, -0), bigint, date (milliseconds, null when invalid), map (pairs), set (members), bytes (one character
 * each), and object, for an object that has a `$` of its own. A text says of itself whether it has any, so that
 * plain JSON takes the short way.
 */

import { ValueRefusedError } from './errors.ts'

export interface TaggedText {
  readonly text: string
  readonly tagged: boolean
}

const DEPTH_MAX = 200

/**
 * @param name What the value is called in an error, such as `tools.exec result`.
 * @throws {ValueRefusedError} A function, a symbol, a cycle or a promise, named by its path.
 */
export function encodeTagged(value: unknown, name: string): TaggedText {
  const tags = { count: 0 }
  const described = describe(value, { name, path: [], ancestors: [], tags })
  return { text: JSON.stringify(described), tagged: tags.count > 0 }
}

interface Place {
  readonly name: string
  /** Pushed and popped along the way, as is `ancestors`. */
  readonly path: string[]
  readonly ancestors: object[]
  readonly tags: { count: number }
}

const where = ({ name, path }: Place) => name + path.join('')

function tag(kind: string, content: unknown, place: Place): object {
  place.tags.count++
  return { $: kind, v: content }
}

/** What JSON.stringify may be given: plain data throughout, without a `toJSON`. */
function describe(value: unknown, place: Place): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value
      return tag('number', Object.is(value, -0) ? '-0' : String(value), place)
    case 'undefined':
      return tag('undefined', null, place)
    case 'bigint':
      return tag('bigint', String(value), place)
    case 'object':
      return value === null ? null : describeObject(value, place)
    default:
      throw new ValueRefusedError(`${where(place)} is a ${typeof value}, which cannot be given to a script.`)
  }
}

function describeObject(object: object, place: Place): unknown {
  const { ancestors } = place
  if (ancestors.length >= DEPTH_MAX) {
    throw new ValueRefusedError(`${place.name} is nested deeper than ${DEPTH_MAX} levels.`)
  }
  if (ancestors.includes(object)) throw new ValueRefusedError(`${where(place)} is a cycle.`)
  ancestors.push(object)
  const described = describeContent(object, place)
  ancestors.pop()
  return described
}

function within(place: Place, step: string, value: unknown): unknown {
  place.path.push(step)
  const described = describe(value, place)
  place.path.pop()
  return described
}

function describeContent(object: object, place: Place): unknown {
  if (Array.isArray(object)) return Array.from(object, (member, index) => within(place, `[${index}]`, member))
  if (object instanceof Date) {
    const time = object.getTime()
    return tag('date', Number.isNaN(time) ? null : time, place)
  }
  if (object instanceof Map) {
    const pairs = [...object].map(([key, value]) => [
      within(place, '.<key>', key),
      within(place, '.<value>', value),
    ])
    return tag('map', pairs, place)
  }
  if (object instanceof Set)
    return tag(
      'set',
      [...object].map((member) => within(place, '.<member>', member)),
      place,
    )
  if (object instanceof Uint8Array) {
    const bytes = Buffer.from(object.buffer, object.byteOffset, object.byteLength)
    return tag('bytes', bytes.toString('latin1'), place)
  }
  if (object instanceof Error) return describeFields({ name: object.name, message: object.message }, place)
  if (object instanceof Promise) throw new ValueRefusedError(`${where(place)} is a Promise, not its value.`)
  return describeFields(object, place)
}

function describeFields(object: object, place: Place): unknown {
  const fields: Record<string, unknown> = Object.create(null)
  for (const [key, value] of Object.entries(object)) {
    // To read a field that is undefined or not there gives the same.
    if (value !== undefined) fields[key] = within(place, `.${key}`, value)
  }
  return Object.hasOwn(fields, '$') ? tag('object', fields, place) : fields
}

/** `value` as JSON.parse gave it; it is changed in place. */
export function reviveTagged(value: unknown, tagged: boolean): unknown {
  return tagged ? revive(value) : value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function revive(value: unknown): unknown {
  if (!isRecord(value)) return value
  if (!Array.isArray(value) && Object.hasOwn(value, '$') && typeof value.$ === 'string')
    return reviveTag(value.$, value.v)
  return reviveFields(value)
}

/** Each name is the object's own, `__proto__` too, so assigning reaches no prototype. */
function reviveFields(object: Record<string, unknown>): unknown {
  for (const key of Object.keys(object)) object[key] = revive(object[key])
  return object
}

function reviveTag(kind: string, content: unknown): unknown {
  switch (kind) {
    case 'number':
      return Number(content)
    case 'bigint':
      return BigInt(String(content))
    case 'date':
      return new Date(content === null ? Number.NaN : Number(content))
    case 'map':
      return new Map((content as unknown[][]).map(([key, mapped]) => [revive(key), revive(mapped)]))
    case 'set':
      return new Set((content as unknown[]).map(revive))
    case 'bytes':
      return new Uint8Array(Buffer.from(String(content), 'latin1'))
    case 'object':
      return isRecord(content) ? reviveFields(content) : content
    default:
      return undefined
  }
}
