/** The guest's own intrinsics, taken before any script could change them. */

export type Realm = ReturnType<typeof captureRealm>

/** What an error of the bridge means, should the script not catch it. */
export interface GuestMark {
  readonly kind: 'tool' | 'detached' | 'serialization' | 'limit-args' | 'limit-output' | 'forbidden'
  /** The tool whose call it ended. */
  readonly path?: string
}

/**
 * Sent to the guest as text: uses nothing from outside itself.
 *
 * What runs after a script began must look nothing up that a script can replace: no method of a built-in, no
 * iteration, no spread, no assignment to a missing index of an array.
 */
export function captureRealm() {
  const bindCall = Function.prototype.bind
  const functionCall = Function.prototype.call
  /** `uncurry(Map.prototype.get)(map, key)` is `map.get(key)` whatever became of `Map.prototype`. */
  // biome-ignore lint/suspicious/noExplicitAny: intrinsics of every signature pass through here.
  const uncurry = (method: any): ((...args: any[]) => any) => bindCall.call(functionCall, method) as never

  const typedArrayPrototype: object = Object.getPrototypeOf(Uint8Array.prototype)
  const getterOf = (prototype: object, key: PropertyKey) =>
    uncurry(Object.getOwnPropertyDescriptor(prototype, key)?.get)

  return {
    global: globalThis as unknown as Record<string, unknown>,
    apply: Reflect.apply,
    construct: Reflect.construct,
    keys: Object.keys,
    freeze: Object.freeze,
    create: Object.create,
    defineProperty: Reflect.defineProperty,
    descriptorOf: Reflect.getOwnPropertyDescriptor,
    prototypeOf: Reflect.getPrototypeOf,
    setPrototypeOf: Reflect.setPrototypeOf,
    isArray: Array.isArray,
    isNaN: Number.isNaN,
    stringify: JSON.stringify,
    parse: JSON.parse,
    String,
    Number,
    BigInt,
    Date,
    Map,
    Set,
    Uint8Array,
    Error,
    TypeError,
    Promise,
    Proxy,
    /** Read by the parts that are loaded while a script runs. */
    arrayBufferLength: getterOf(ArrayBuffer.prototype, 'byteLength'),
    isError: (Error as unknown as { isError(value: unknown): boolean }).isError,
    now: Date.now,
    floor: Math.floor,
    imul: Math.imul,
    fromCharCode: String.fromCharCode,
    charCodeAt: uncurry(String.prototype.charCodeAt),
    slice: uncurry(String.prototype.slice),
    startsWith: uncurry(String.prototype.startsWith),
    trim: uncurry(String.prototype.trim),
    promiseThen: Promise.prototype.then,
    dateTime: uncurry(Date.prototype.getTime),
    dateText: uncurry(Date.prototype.toString),
    mapForEach: uncurry(Map.prototype.forEach),
    mapSize: getterOf(Map.prototype, 'size'),
    mapSet: uncurry(Map.prototype.set),
    setForEach: uncurry(Set.prototype.forEach),
    setSize: getterOf(Set.prototype, 'size'),
    setAdd: uncurry(Set.prototype.add),
    numberOf: uncurry(Number.prototype.valueOf),
    stringOf: uncurry(String.prototype.valueOf),
    booleanOf: uncurry(Boolean.prototype.valueOf),
    typedArrayTag: getterOf(typedArrayPrototype, Symbol.toStringTag),
    typedArrayLength: getterOf(typedArrayPrototype, 'length'),
    subarray: uncurry((typedArrayPrototype as Uint8Array).subarray),
    weakGet: uncurry(WeakMap.prototype.get),
    weakSet: uncurry(WeakMap.prototype.set),
    prototypes: {
      __proto__: null,
      object: Object.prototype,
      array: Array.prototype,
      date: Date.prototype,
      map: Map.prototype,
      set: Set.prototype,
      promise: Promise.prototype,
      regExp: RegExp.prototype,
      error: Error.prototype,
      typeError: TypeError.prototype,
      number: Number.prototype,
      string: String.prototype,
      boolean: Boolean.prototype,
      arrayBuffer: ArrayBuffer.prototype,
      weakMap: WeakMap.prototype,
      weakSet: WeakSet.prototype,
    },
    /** Errors of ours → what they mean when nobody catches them. */
    marks: new WeakMap<object, GuestMark>(),
    /** Objects that are text where they are data, such as a URL. */
    texts: new WeakMap<object, () => string>(),
  }
}
