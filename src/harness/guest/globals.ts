/** What a script finds besides its tools: console, outputs, the store and timers. */

import type { GuestCodec } from './codec.ts'
import type { Realm } from './realm.ts'
import type { AskHost, WebGlobals, WebMaker } from './web.ts'

export interface GlobalLimits {
  readonly resultChars: number
  /** Of all images together. */
  readonly imageChars: number
  readonly consoleChars: number
  readonly consoleLines: number
  /** Of all stored values together, those of earlier scripts too. */
  readonly storedChars: number
}

/** Sent to the guest as text: uses nothing from outside itself. */
export function makeGlobals(
  realm: Realm,
  codec: GuestCodec,
  show: (value: unknown) => string,
  host: {
    readonly emit: (json: string) => void
    readonly halt: (reason: string) => never
    /** Gives `makeWeb`: only scripts that ask for it pay for it. */
    readonly loadWeb: () => WebMaker
    readonly askWeb: AskHost
  },
) {
  const { create, stringify, keys } = realm

  let limits: GlobalLimits = {
    resultChars: 0,
    imageChars: 0,
    consoleChars: 0,
    consoleLines: 0,
    storedChars: 0,
  }
  let outputChars = 0
  let imageChars = 0
  let consoleChars = 0
  let consoleLines = 0
  let dropped = 0
  let fail: (error: unknown) => void = () => {}

  // Outputs

  /** Each output also costs a little, so that empty ones come to an end too. */
  const emitOutput = (type: string, json: string, chars = json.length): void => {
    outputChars += chars + 64
    if (outputChars > limits.resultChars) host.halt('limit-output')
    host.emit(`["${type}",${json}]`)
  }

  const textOf = (value: unknown): string => {
    if (typeof value === 'string') return value
    if (typeof value !== 'object' && typeof value !== 'function') return realm.String(value)
    if (value === null) return 'null'
    const builtIn = codec.builtInOf(value)
    if (builtIn === realm.prototypes.promise) {
      codec.refuse(
        'serialization',
        'What is to be shown is a Promise, not its value: an await is missing. Write await before the call, or await Promise.all(list) for several.',
      )
    }
    // As JSON they would be empty.
    if (builtIn === realm.prototypes.map || builtIn === realm.prototypes.set) return show(value)
    return realm.isError(value) ? show(value) : ((stringify(value) as string | undefined) ?? 'undefined')
  }

  const text = (value: unknown): void => emitOutput('text', stringify(textOf(value)))

  const DETAILS = { __proto__: null, auto: 1, low: 1, high: 1, original: 1 } as unknown as Record<
    string,
    number
  >

  const imageUrlOf = (image: unknown): unknown => {
    if (typeof image !== 'object' || image === null) return image
    const fields = image as { image_url?: unknown; data?: unknown; mimeType?: unknown }
    if (typeof fields.data === 'string' && typeof fields.mimeType === 'string') {
      return `data:${fields.mimeType};base64,${fields.data}`
    }
    return fields.image_url
  }

  const image = (value: unknown, detail?: unknown): void => {
    const url = imageUrlOf(value)
    if (typeof url !== 'string' || !(realm.startsWith(url, 'data:') || realm.startsWith(url, 'document:'))) {
      throw new realm.TypeError(
        'image() takes a data: URL, or what tools.viewImage gives; not an http address.',
      )
    }
    const asked =
      detail ?? (typeof value === 'object' ? (value as { detail?: unknown }).detail : undefined) ?? 'high'
    if (typeof asked !== 'string' || DETAILS[asked] === undefined) {
      throw new realm.TypeError('The detail of an image is auto, low, high or original.')
    }
    imageChars += url.length
    if (imageChars > limits.imageChars) host.halt('limit-output')
    emitOutput('image', `{"imageUrl":${stringify(url)},"detail":"${asked}"}`, 100)
  }

  const notify = (value: unknown): void => {
    const message = textOf(value)
    if (realm.trim(message) === '') throw new realm.TypeError('notify() needs text that is not blank.')
    emitOutput('notify', stringify(message))
  }

  const yieldControl = (): void => emitOutput('yield', 'null')

  // Console

  const writeLine = (level: string, args: readonly unknown[], head = ''): void => {
    if (consoleLines >= limits.consoleLines || consoleChars >= limits.consoleChars) {
      if (dropped++ === 0) host.emit('["dropped",null]')
      return
    }
    let line = head
    for (let index = 0; index < args.length; index++) line += (line === '' ? '' : ' ') + show(args[index])
    const room = limits.consoleChars - consoleChars
    if (line.length > room) line = `${realm.slice(line, 0, room)}…`
    consoleLines++
    consoleChars += line.length + 1
    host.emit(`["console",{"level":"${level}","text":${stringify(line)}}]`)
  }

  const consoleObject: Record<string, (...args: unknown[]) => void> = {}
  for (const level of ['log', 'info', 'debug', 'warn', 'error']) {
    consoleObject[level] = (...args) => writeLine(level, args)
  }
  for (const name of ['dir', 'table', 'group', 'groupCollapsed', 'trace']) {
    consoleObject[name] = (...args) => writeLine('log', args)
  }
  // Lines are not indented, so no group has an end.
  consoleObject.groupEnd = () => {}
  consoleObject.assert = (isTrue, ...args) => {
    if (!isTrue) writeLine('error', args, 'Assertion failed')
  }

  // Store

  /** Values as the codec's text, so that what is loaded is nobody else's object. */
  const stored: Record<string, { text: string; tagged: boolean }> = create(null)
  let storedChars = 0

  const put = (key: string, entry: { text: string; tagged: boolean }): void => {
    storedChars += entry.text.length - (stored[key]?.text.length ?? -key.length)
    stored[key] = entry
  }

  /** What makes it less is always taken. */
  const hasRoom = (key: string, text: string): boolean => {
    const before = stored[key]?.text.length ?? -key.length
    return text.length <= before || storedChars + text.length - before <= limits.storedChars
  }

  const store = (key: unknown, value: unknown): void => {
    if (typeof key !== 'string') throw new realm.TypeError('store(key, value) needs a string as its key.')
    const encoded = codec.encode(value, {
      name: `store(${stringify(key)}) value`,
      charsMax: limits.resultChars,
      tooLarge: 'limit-output',
    })
    if (!hasRoom(key, encoded.text)) {
      codec.refuse(
        'limit-output',
        `store() keeps ${limits.storedChars} characters of JSON in all, and with ${stringify(key)} it would be more. Store undefined under keys that are done with, and keep big data in files.`,
      )
    }
    put(key, encoded)
    emitOutput('store', `[${stringify(key)},${encoded.tagged ? 1 : 0},${encoded.text}]`)
  }

  const load = (key: unknown): unknown => {
    const entry = stored[key as string]
    return entry === undefined ? undefined : codec.accept(realm.parse(entry.text), entry.tagged)
  }

  // Timers

  interface Timer {
    readonly at: number
    /** Milliseconds from one turn of an interval to the next. */
    readonly every: number | undefined
    readonly run: () => void
  }
  const timers: Record<number, Timer> = create(null)
  let timerCount = 0

  const addTimer = (name: string, callback: unknown, delay: unknown, args: unknown[]): number => {
    if (typeof callback !== 'function') throw new realm.TypeError(`${name}() needs a function.`)
    const asked = realm.Number(delay)
    const wait = asked >= 1 && asked < 2 ** 31 ? asked : 1
    const id = ++timerCount
    timers[id] = {
      at: realm.now() + (name === 'setTimeout' && !(asked >= 1) ? 0 : wait),
      every: name === 'setInterval' ? wait : undefined,
      run: () => realm.apply(callback as () => void, undefined, args),
    }
    return id
  }

  const setTimer = (callback: unknown, delay?: unknown, ...args: unknown[]): number =>
    addTimer('setTimeout', callback, delay, args)

  const setRepeated = (callback: unknown, delay?: unknown, ...args: unknown[]): number =>
    addTimer('setInterval', callback, delay, args)

  const resolved = realm.Promise.resolve()

  /** What a microtask throws fails the script, as a timer's error does. */
  const queueJob = (callback: unknown): void => {
    if (typeof callback !== 'function') throw new realm.TypeError('queueMicrotask() needs a function.')
    realm.apply(realm.promiseThen, resolved, [
      () => {
        try {
          realm.apply(callback as () => void, undefined, [])
        } catch (error) {
          fail(error)
        }
      },
    ])
  }

  const clearTimer = (id: unknown): void => {
    if (typeof id === 'number') delete timers[id]
  }

  /** The one that is due first; timers of one moment run in the order they were set. */
  const firstTimer = (): number | undefined => {
    const ids = keys(timers)
    let first: number | undefined
    for (let index = 0; index < ids.length; index++) {
      const id = ids[index] as unknown as number
      if (first === undefined || (timers[id] as Timer).at < (timers[first] as Timer).at) first = id
    }
    return first
  }

  /** Milliseconds until a timer is due; -1 when none is set. */
  const timerDelay = (): number => {
    const first = firstTimer()
    if (first === undefined) return -1
    const delay = (timers[first] as Timer).at - realm.now()
    return delay > 0 ? realm.floor(delay) + 1 : 0
  }

  /** Runs the one timer that is due, if any: promise jobs come between two of them. */
  const runTimer = (): void => {
    const first = firstTimer()
    if (first === undefined) return
    const timer = timers[first] as Timer
    const now = realm.now()
    if (timer.at > now) return
    if (timer.every === undefined) delete timers[first]
    else timers[first] = { ...timer, at: now + timer.every, __proto__: null } as Timer
    timer.run()
  }

  // The Web

  const webNames: readonly (keyof WebGlobals)[] = [
    'structuredClone',
    'TextEncoder',
    'TextDecoder',
    'URL',
    'URLSearchParams',
    'atob',
    'btoa',
  ]
  let web: WebGlobals | undefined

  const hidden = (name: string, value: unknown) =>
    realm.defineProperty(realm.global, name, {
      __proto__: null,
      value,
      writable: true,
      configurable: true,
    } as PropertyDescriptor)

  const installWeb = (): void => {
    for (const name of webNames) {
      realm.defineProperty(realm.global, name, {
        get: () => {
          web ??= host.loadWeb()(realm, host.askWeb)
          const value = web[name]
          hidden(name, value)
          return value
        },
        set: (value: unknown) => {
          hidden(name, value)
        },
        configurable: true,
      })
    }
  }

  /** Runs before the script: may use the language freely. */
  const install = (failScript: (error: unknown) => void): void => {
    fail = failScript
    const functions = { text, image, notify, store, load, setTimeout: setTimer, clearTimeout: clearTimer }
    for (const [name, value] of Object.entries(functions)) realm.global[name] = value
    realm.global.setInterval = setRepeated
    realm.global.clearInterval = clearTimer
    realm.global.queueMicrotask = queueJob
    installWeb()
    realm.global.yield_control = yieldControl
    realm.global.exit = () => host.halt('exit')
    realm.global.console = Object.freeze(consoleObject)
    delete realm.global.SharedArrayBuffer
  }

  return {
    install,
    timerDelay,
    runTimer,
    dropped: () => dropped,
    limit: (next: GlobalLimits) => {
      limits = next
    },
    prefill: (entries: ReadonlyArray<readonly [key: string, tagged: 0 | 1, text: string]>) => {
      for (const [key, tagged, entryText] of entries) put(key, { text: entryText, tagged: tagged === 1 })
    },
  }
}
