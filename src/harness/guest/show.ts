/** How console lines read: any value as short text, without running a line of the script. */

import type { GuestCodec } from './codec.ts'
import type { Realm } from './realm.ts'

/** Sent to the guest as text: uses nothing from outside itself. */
export function makeShow(realm: Realm, codec: GuestCodec) {
  const { isArray, keys, prototypes, stringify } = realm
  const DEPTH_MAX = 4
  const ENTRIES_MAX = 50
  const CHARS_MAX = 8_192

  const showEntries = (object: object, depth: number): string => {
    const names = keys(object)
    const isList = isArray(object)
    let text = ''
    for (let index = 0; index < names.length; index++) {
      if (index === ENTRIES_MAX) return `${text}, … ${names.length - index} more`
      if (text.length > CHARS_MAX) return `${text}, …`
      const name = names[index] as string
      const descriptor = realm.descriptorOf(object, name)
      const isData = descriptor !== undefined && realm.descriptorOf(descriptor, 'value') !== undefined
      const shown = isData ? showValue(descriptor.value, depth + 1) : '[getter]'
      text += `${index === 0 ? '' : ', '}${isList ? '' : `${name}: `}${shown}`
    }
    return text
  }

  const showCollection = (object: object, depth: number): string | undefined => {
    const parts: Record<number, string> = realm.create(null)
    let count = 0
    const builtIn = codec.builtInOf(object)
    if (builtIn === prototypes.map) {
      realm.mapForEach(object, (value: unknown, key: unknown) => {
        if (count < ENTRIES_MAX)
          parts[count] = `${showValue(key, depth + 1)} => ${showValue(value, depth + 1)}`
        count++
      })
    } else if (builtIn === prototypes.set) {
      realm.setForEach(object, (value: unknown) => {
        if (count < ENTRIES_MAX) parts[count] = showValue(value, depth + 1)
        count++
      })
    } else return undefined

    let text = builtIn === prototypes.map ? 'Map {' : 'Set {'
    for (let index = 0; index < count && index < ENTRIES_MAX; index++)
      text += `${index === 0 ? ' ' : ', '}${parts[index]}`
    return `${text}${count > ENTRIES_MAX ? `, … ${count - ENTRIES_MAX} more` : ''} }`
  }

  const showObject = (object: object, depth: number): string => {
    if (realm.isError(object)) {
      const { name, message } = codec.describeError(object)
      return message === '' ? name : `${name}: ${message}`
    }
    const text = realm.weakGet(realm.texts, object) as (() => string) | undefined
    if (text !== undefined) return depth === 0 ? text() : stringify(text())
    const builtIn = codec.builtInOf(object)
    if (builtIn === prototypes.promise) return '[Promise: await it to see its value]'
    if (builtIn === prototypes.date) return stringify(new realm.Date(realm.dateTime(object)))
    if (depth >= DEPTH_MAX) return isArray(object) ? '[…]' : '{…}'
    if (isArray(object)) return `[${showEntries(object, depth)}]`

    const collection = showCollection(object, depth)
    if (collection !== undefined) return collection
    const entries = showEntries(object, depth)
    return entries === '' ? '{}' : `{ ${entries} }`
  }

  function showValue(value: unknown, depth: number): string {
    switch (typeof value) {
      case 'string':
        return depth === 0 ? value : stringify(value)
      case 'symbol':
        return '[Symbol]'
      case 'bigint':
        return `${value}n`
      case 'function':
        return '[Function]'
      case 'object':
        return value === null ? 'null' : showObject(value, depth)
      default:
        return `${value}`
    }
  }

  return function show(value: unknown): string {
    try {
      const text = showValue(value, 0)
      return text.length > CHARS_MAX ? `${realm.slice(text, 0, CHARS_MAX)}…` : text
    } catch {
      return '[cannot be shown]'
    }
  }
}
