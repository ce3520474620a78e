/** The guest's `structuredClone`. */

import type { Realm } from './realm.ts'

/** Sent to the guest as text: uses nothing from outside itself. */
export function makeClone(realm: Realm, namedError: (name: string, message: string) => Error) {
  const notCloned = (what: string): Error => namedError('DataCloneError', `${what} could not be cloned.`)

  const cloneBuffer = (buffer: ArrayBuffer, seen: Map<unknown, unknown>): ArrayBuffer => {
    const known = seen.get(buffer) as ArrayBuffer | undefined
    if (known !== undefined) return known
    const copy = buffer.slice(0)
    seen.set(buffer, copy)
    return copy
  }

  const cloneError = (error: Error): Error => {
    const makers = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError }
    const Maker = makers[error.name as keyof typeof makers] ?? Error
    const copy = new Maker(error.message)
    Object.defineProperty(copy, 'stack', { value: error.stack, configurable: true, writable: true })
    return copy
  }

  const cloneFields = (
    object: Record<string, unknown>,
    copy: object,
    seen: Map<unknown, unknown>,
  ): object => {
    for (const name of Object.keys(object)) {
      const value = clone(object[name], seen)
      Object.defineProperty(copy, name, { value, enumerable: true, configurable: true, writable: true })
    }
    return copy
  }

  /** An object that holds others, empty as yet: it may hold itself. */
  const emptyLike = (object: object): object | undefined => {
    if (Array.isArray(object)) return new Array(object.length)
    if (object instanceof Map) return new Map()
    if (object instanceof Set) return new Set()
    return undefined
  }

  const cloneWhole = (object: object, seen: Map<unknown, unknown>): object | undefined => {
    if (realm.isError(object)) return cloneError(object as Error)
    if (object instanceof Date) return new realm.Date(object.getTime())
    if (object instanceof RegExp) return new RegExp(object.source, object.flags)
    if (object instanceof ArrayBuffer) return cloneBuffer(object, seen)
    if (ArrayBuffer.isView(object)) {
      const buffer = cloneBuffer(object.buffer as ArrayBuffer, seen)
      const View = object.constructor as Uint8ArrayConstructor
      const length = object instanceof DataView ? object.byteLength : (object as Uint8Array).length
      return new View(buffer, object.byteOffset, length)
    }
    if (object instanceof Boolean || object instanceof Number || object instanceof String) {
      return Object(object.valueOf()) as object
    }
    for (const Maker of [Promise, WeakMap, WeakSet, WeakRef]) {
      if (object instanceof Maker) throw notCloned(`#<${Maker.name}>`)
    }
    return undefined
  }

  function clone(value: unknown, seen: Map<unknown, unknown>): unknown {
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw notCloned(typeof value === 'symbol' ? String(value) : `${value}`)
    }
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return seen.get(value)
    const whole = cloneWhole(value, seen)
    const copy = whole ?? emptyLike(value) ?? {}
    seen.set(value, copy)
    if (whole !== undefined) return copy
    if (value instanceof Map) {
      for (const [key, entry] of [...value])
        (copy as Map<unknown, unknown>).set(clone(key, seen), clone(entry, seen))
      return copy
    }
    if (value instanceof Set) {
      for (const member of [...value]) (copy as Set<unknown>).add(clone(member, seen))
      return copy
    }
    return cloneFields(value as Record<string, unknown>, copy, seen)
  }

  return function structuredClone(value: unknown, options?: { transfer?: unknown[] }): unknown {
    if ((options?.transfer ?? []).length > 0)
      throw notCloned('A script copies only: what is to be transferred')
    return clone(value, new Map())
  }
}
