/** The guest's side of the border: script values to JSON text, JSON text to frozen script values. */

import type { GuestMark, Realm } from './realm.ts'

export type GuestCodec = ReturnType<typeof makeCodec>

/** JSON text; `tagged` when it holds values that plain JSON cannot say (see `tagged-json.ts`). */
export interface EncodedText {
  readonly text: string
  readonly tagged: boolean
}

export interface EncodeOptions {
  /** What the value is called in an error, such as `result`. */
  readonly name: string
  /** Characters of JSON text. */
  readonly charsMax: number
  /** What to say when it is more. */
  readonly tooLarge: GuestMark['kind']
}

/** Sent to the guest as text: uses nothing from outside itself. */
export function makeCodec(realm: Realm) {
  const { apply, keys, freeze, create, isArray, prototypeOf, stringify, prototypes, fromCharCode } = realm
  const DEPTH_MAX = 200
  const BYTES_AT_ONCE = 4096

  let options: EncodeOptions
  let tagged = false
  let chars = 0
  /** Ancestors and their keys, by depth; what is deeper than the value at hand is old. No prototype: no index finds a setter. */
  const ancestors: Record<number, unknown> = create(null)
  const path: Record<number, string | number> = create(null)
  /** Field names as JSON: the same few come again and again. */
  const quoted: Record<string, string> = create(null)
  let quotedCount = 0

  const refuse = (kind: GuestMark['kind'], message: string): never => {
    const error = new realm.TypeError(message)
    realm.weakSet(realm.marks, error, freeze({ __proto__: null, kind }))
    throw error
  }

  const where = (depth: number): string => {
    let text = options.name
    for (let at = 0; at < depth; at++) text += typeof path[at] === 'number' ? `[${path[at]}]` : `.${path[at]}`
    return text
  }

  const charge = (count: number): void => {
    chars += count
    if (chars > options.charsMax) {
      refuse(
        options.tooLarge,
        `${options.name} is too large: more than ${options.charsMax} characters of JSON. Pass less: a slice, a summary, or a file's name.`,
      )
    }
  }

  const tag = (name: string, json: string): string => {
    tagged = true
    charge(20)
    return `{"$":"${name}","v":${json}}`
  }

  const encodeNumber = (value: number): string => {
    if ((value | 0) === value && value !== 0) {
      charge(8)
      return `${value}`
    }
    if (realm.isNaN(value)) return tag('number', '"NaN"')
    if (value === 1 / 0) return tag('number', '"Infinity"')
    if (value === -1 / 0) return tag('number', '"-Infinity"')
    if (value === 0 && 1 / value < 0) return tag('number', '"-0"')
    charge(8)
    return `${value}`
  }

  const encodeArray = (array: readonly unknown[], depth: number): string => {
    const { length } = array
    charge(length + 2)
    let text = '['
    for (let index = 0; index < length; index++) {
      path[depth] = index
      text += (index === 0 ? '' : ',') + encodeValue(array[index], depth + 1)
    }
    return `${text}]`
  }

  const quote = (name: string): string => {
    const json = stringify(name)
    if (name.length <= 40 && quotedCount++ < 500) quoted[name] = json
    return json
  }

  const encodeFields = (object: Record<string, unknown>, depth: number): string => {
    const names = keys(object)
    let escaped = false
    let text = '{'
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string
      if (name === '$') escaped = true
      charge(name.length + 4)
      path[depth] = name
      text += `${index === 0 ? '' : ','}${quoted[name] ?? quote(name)}:${encodeValue(object[name], depth + 1)}`
    }
    text += '}'
    return escaped ? tag('object', text) : text
  }

  const encodeMap = (map: unknown, depth: number): string => {
    let text = ''
    realm.mapForEach(map, (value: unknown, key: unknown) => {
      path[depth] = '<key>'
      const keyText = encodeValue(key, depth + 1)
      path[depth] = '<value>'
      text += `${text === '' ? '' : ','}[${keyText},${encodeValue(value, depth + 1)}]`
    })
    return tag('map', `[${text}]`)
  }

  const encodeSet = (set: unknown, depth: number): string => {
    let text = ''
    realm.setForEach(set, (value: unknown) => {
      path[depth] = '<member>'
      text += (text === '' ? '' : ',') + encodeValue(value, depth + 1)
    })
    return tag('set', `[${text}]`)
  }

  const encodeBytes = (bytes: unknown): string => {
    const length = realm.typedArrayLength(bytes) as number
    charge(length)
    let text = ''
    for (let at = 0; at < length; at += BYTES_AT_ONCE) {
      text += apply(fromCharCode, null, realm.subarray(bytes, at, at + BYTES_AT_ONCE))
    }
    return tag('bytes', stringify(text))
  }

  const encodeDate = (date: unknown): string => {
    const time = realm.dateTime(date) as number
    return tag('date', realm.isNaN(time) ? 'null' : `${time}`)
  }

  const encodeError = (error: unknown, depth: number): string => {
    const { name, message } = describeError(error)
    path[depth] = 'message'
    return `{"name":${encodeValue(name, depth + 1)},"message":${encodeValue(message, depth + 1)}}`
  }

  /** The built-in that `object` is an instance of, by its prototypes; undefined for an object of the script's own. */
  const builtInOf = (object: object): object | undefined => {
    let prototype = prototypeOf(object)
    for (let steps = 0; prototype !== null && steps < 20; steps++) {
      if (prototype === prototypes.object) return undefined
      const names = keys(prototypes)
      for (let index = 0; index < names.length; index++) {
        const known = (prototypes as Record<string, unknown>)[names[index] as string]
        if (known === prototype) return prototype
      }
      prototype = prototypeOf(prototype)
    }
    return undefined
  }

  /** Undefined: nothing special, its own fields are what it is. */
  const encodeBuiltIn = (object: object, depth: number): string | undefined => {
    const viewTag = realm.typedArrayTag(object)
    if (viewTag === 'Uint8Array') return encodeBytes(object)
    if (viewTag !== undefined) {
      return refuse(
        'serialization',
        `${where(depth)} is a ${viewTag}; pass a Uint8Array or an array of numbers.`,
      )
    }
    if (realm.isError(object)) return encodeError(object, depth)
    const text = realm.weakGet(realm.texts, object) as (() => string) | undefined
    if (text !== undefined) return encodeString(text())
    try {
      switch (builtInOf(object)) {
        case prototypes.date:
          return encodeDate(object)
        case prototypes.map:
          charge(realm.mapSize(object) as number)
          break
        case prototypes.set:
          charge(realm.setSize(object) as number)
          break
        case prototypes.number:
          return encodeNumber(realm.numberOf(object))
        case prototypes.string:
          return encodeString(realm.stringOf(object))
        case prototypes.boolean:
          return realm.booleanOf(object) ? 'true' : 'false'
        case prototypes.promise:
          return refuse(
            'serialization',
            `${where(depth)} is a Promise, not its value: an await is missing. Write await before the call, or await Promise.all(list) for several.`,
          )
        case prototypes.regExp:
        case prototypes.arrayBuffer:
        case prototypes.weakMap:
        case prototypes.weakSet:
          return refuse('serialization', `${where(depth)} is a ${nameOf(object)}, which is not data.`)
        default:
          return undefined
      }
    } catch (error) {
      // An object that only inherits from a built-in fails the built-in's own test: then its fields are what it is.
      if (realm.weakGet(realm.marks, error) !== undefined) throw error
      return undefined
    }
    return builtInOf(object) === prototypes.map ? encodeMap(object, depth) : encodeSet(object, depth)
  }

  const nameOf = (object: object): string => {
    const maker = dataField(object, 'constructor')
    const name = typeof maker === 'function' ? dataField(maker, 'name') : undefined
    return typeof name === 'string' ? name : 'object'
  }

  const encodeString = (text: string): string => {
    charge(text.length + 2)
    return stringify(text)
  }

  const encodeObject = (object: object, depth: number): string => {
    if (depth >= DEPTH_MAX)
      refuse('serialization', `${options.name} is nested deeper than ${DEPTH_MAX} levels.`)
    for (let at = 0; at < depth; at++) {
      if (ancestors[at] === object)
        refuse('serialization', `${where(depth)} is a cycle: it is ${where(at)} again.`)
    }
    ancestors[depth] = object
    if (isArray(object)) return encodeArray(object, depth)

    const prototype = prototypeOf(object)
    if (prototype !== prototypes.object && prototype !== null) {
      const text = encodeBuiltIn(object, depth)
      if (text !== undefined) return text
    }
    charge(2)
    return encodeFields(object as Record<string, unknown>, depth)
  }

  function encodeValue(value: unknown, depth: number): string {
    switch (typeof value) {
      case 'string':
        return encodeString(value)
      case 'number':
        return encodeNumber(value)
      case 'boolean':
        return value ? 'true' : 'false'
      case 'undefined':
        return tag('undefined', 'null')
      case 'bigint': {
        const digits = `${value}`
        charge(digits.length)
        return tag('bigint', `"${digits}"`)
      }
      case 'object':
        return value === null ? 'null' : encodeObject(value, depth)
      default:
        return refuse('serialization', `${where(depth)} is a ${typeof value}, which is not data.`)
    }
  }

  /** @throws A TypeError of the guest, marked, that names where in the value the trouble is. */
  function encode(value: unknown, encodeOptions: EncodeOptions): EncodedText {
    options = encodeOptions
    tagged = false
    chars = 0
    const text = encodeValue(value, 0)
    return { text, tagged }
  }

  const revivers: Record<string, (content: unknown) => unknown> = {
    __proto__: null as never,
    undefined: () => undefined,
    number: (content) => (content === '-0' ? -0 : realm.Number(content)),
    bigint: (content) => realm.BigInt(content as string),
    date: (content) => new realm.Date(content === null ? 0 / 0 : (content as number)),
    object: (content) => reviveFields(content as Record<string, unknown>),
    bytes: (content) => {
      const text = content as string
      const bytes = new realm.Uint8Array(text.length)
      for (let index = 0; index < text.length; index++) bytes[index] = realm.charCodeAt(text, index)
      return bytes
    },
    map: (content) => {
      const map = new realm.Map()
      const entries = content as unknown[][]
      for (let index = 0; index < entries.length; index++) {
        const entry = entries[index] as unknown[]
        realm.mapSet(map, revive(entry[0]), revive(entry[1]))
      }
      return freeze(map)
    },
    set: (content) => {
      const set = new realm.Set()
      const members = content as unknown[]
      for (let index = 0; index < members.length; index++) realm.setAdd(set, revive(members[index]))
      return freeze(set)
    },
  }

  /** Every name is there already, so assigning runs no setter of a prototype. */
  const reviveFields = (object: Record<string, unknown>): object => {
    const names = keys(object)
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string
      object[name] = revive(object[name])
    }
    return freeze(object)
  }

  function revive(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    const object = value as Record<string, unknown>
    const mark = isArray(object) ? undefined : realm.descriptorOf(object, '$')?.value
    const reviver = typeof mark === 'string' ? revivers[mark] : undefined
    return reviver === undefined ? reviveFields(object) : reviver(object.v)
  }

  function deepFreeze(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    const names = keys(value)
    for (let index = 0; index < names.length; index++) {
      const field = (value as Record<string, unknown>)[names[index] as string]
      if (typeof field === 'object' && field !== null) deepFreeze(field)
    }
    return freeze(value)
  }

  /** `value` as the guest's JSON.parse gave it; nobody else has seen it yet. */
  const accept = (value: unknown, isTagged: boolean): unknown =>
    isTagged ? revive(value) : deepFreeze(value)

  /** A field that is plain data on the object or its prototypes. Runs no getter. */
  function dataField(object: object, name: string): unknown {
    let holder: object | null = object
    for (let steps = 0; holder !== null && steps < 20; steps++) {
      const descriptor = realm.descriptorOf(holder, name)
      if (descriptor !== undefined) return realm.descriptorOf(descriptor, 'value')?.value
      holder = prototypeOf(holder)
    }
    return undefined
  }

  function describeError(error: unknown): { name: string; message: string; stack: string } {
    const read = (field: string): string => {
      try {
        const value = dataField(error as object, field)
        return typeof value === 'string' ? value : ''
      } catch {
        return ''
      }
    }
    return { name: read('name') || 'Error', message: read('message'), stack: read('stack') }
  }

  /** Names of the classes between an error and the built-in ones, one a line: where they make it is not where it is thrown. */
  function makersOf(error: unknown): string {
    let text = ''
    try {
      let prototype = prototypeOf(error as object)
      for (let steps = 0; prototype !== null && steps < 20; steps++) {
        if (prototype === prototypes.error) break
        const name = nameOf(prototype)
        if (name.length < 200) text += `${text === '' ? '' : '\n'}${name}`
        prototype = prototypeOf(prototype)
      }
    } catch {
      // A prototype that does not let itself be looked at.
    }
    return text
  }

  return { encode, accept, refuse, dataField, describeError, makersOf, nameOf, builtInOf }
}
