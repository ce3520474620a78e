/** Web globals that the engine lacks, for scripts that ask for them: the exact parts are answered by the host. */

import { makeClone } from './clone.ts'
import type { Realm } from './realm.ts'

type MakeClone = typeof makeClone

/** JSON of `WebRequest` in, JSON of `WebReply` out. */
export type AskHost = (request: string) => string

export type WebRequest =
  | readonly ['parseUrl', input: string, base: string | null]
  | readonly ['setUrl', href: string, field: string, value: string]
  | readonly ['parseQuery', text: string]
  | readonly ['formatQuery', pairs: Array<[string, string]>]
  | readonly ['atob', text: string]
  | readonly ['btoa', text: string]
  /** Bytes are strings of one character each. */
  | readonly ['encode', text: string]
  | readonly ['openDecoder', label: string, fatal: boolean, ignoreBOM: boolean]
  | readonly ['decode', decoder: DecoderName, bytes: string, isMore: boolean]

export interface DecoderName {
  readonly encoding: string
  readonly fatal: boolean
  readonly ignoreBOM: boolean
  /** Of a decoder in the middle of a stream; 0 for one that is at a beginning. */
  readonly stream: number
}

export type WebReply =
  | { readonly value: unknown }
  | { readonly error: readonly [name: string, message: string] }

export const URL_FIELDS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const

export type UrlParts = Readonly<Record<(typeof URL_FIELDS)[number], string>>

export type WebGlobals = ReturnType<typeof makeWeb>

export type WebMaker = (realm: Realm, askHost: AskHost) => WebGlobals

/** Sent to the guest as text: uses nothing from outside itself but the maker it is given. */
export function makeWeb(realm: Realm, askHost: AskHost, makeClone: MakeClone) {
  const BYTES_AT_ONCE = 4096

  const namedError = (name: string, message: string): Error => {
    const error = name === 'TypeError' ? new TypeError(message) : new Error(message)
    if (error.name !== name)
      Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true })
    return error
  }

  const ask = <Value>(...request: WebRequest): Value => {
    const reply = realm.parse(askHost(realm.stringify(request))) as WebReply
    const error = realm.descriptorOf(reply, 'error')?.value
    if (error !== undefined) throw namedError(error[0], error[1])
    return (reply as { value: Value }).value
  }

  /** What the Web calls a USVString. */
  const text = (value: unknown): string => `${value as string}`.toWellFormed()

  // Bytes

  const bytesOf = (input: unknown): Uint8Array => {
    if (input === undefined) return new Uint8Array(0)
    if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
    if (input instanceof ArrayBuffer) return new Uint8Array(input)
    throw new TypeError('decode() takes an ArrayBuffer, or a view of one.')
  }

  const charactersOf = (bytes: Uint8Array): string => {
    let characters = ''
    for (let at = 0; at < bytes.length; at += BYTES_AT_ONCE) {
      characters += realm.apply(realm.fromCharCode, null, bytes.subarray(at, at + BYTES_AT_ONCE) as never)
    }
    return characters
  }

  const bytesFrom = (characters: string): Uint8Array => {
    const bytes = new Uint8Array(characters.length)
    for (let index = 0; index < characters.length; index++) bytes[index] = characters.charCodeAt(index)
    return bytes
  }

  class TextEncoder {
    get encoding(): string {
      return 'utf-8'
    }

    encode(input: unknown = ''): Uint8Array {
      return bytesFrom(ask('encode', text(input)))
    }

    encodeInto(input: unknown, target: Uint8Array): { read: number; written: number } {
      let read = 0
      let written = 0
      for (const character of text(input)) {
        const bytes = this.encode(character)
        if (written + bytes.length > target.length) break
        target.set(bytes, written)
        written += bytes.length
        read += character.length
      }
      return { read, written }
    }
  }

  class TextDecoder {
    #name: DecoderName

    constructor(label: unknown = 'utf-8', { fatal = false, ignoreBOM = false }: Partial<DecoderName> = {}) {
      this.#name = ask('openDecoder', `${label as string}`, !!fatal, !!ignoreBOM)
    }

    get encoding(): string {
      return this.#name.encoding
    }

    get fatal(): boolean {
      return this.#name.fatal
    }

    get ignoreBOM(): boolean {
      return this.#name.ignoreBOM
    }

    decode(input?: unknown, { stream = false }: { stream?: boolean } = {}): string {
      const reply = ask<{ text: string; stream: number }>(
        'decode',
        this.#name,
        charactersOf(bytesOf(input)),
        !!stream,
      )
      this.#name = { ...this.#name, stream: reply.stream }
      return reply.text
    }
  }

  // URL

  type Pair = [name: string, value: string]

  const pairsOf = (init: unknown): Pair[] => {
    if (init === undefined) return []
    if ((typeof init !== 'object' && typeof init !== 'function') || init === null) {
      const query = text(init)
      return ask('parseQuery', query.startsWith('?') ? query.slice(1) : query)
    }
    if (init instanceof URLSearchParams) return [...init]
    const iterate = (init as Partial<Iterable<unknown>>)[Symbol.iterator]
    if (iterate === undefined || iterate === null) {
      const record: Record<string, string> = {}
      for (const name of Object.keys(init)) record[text(name)] = text((init as Record<string, unknown>)[name])
      return Object.entries(record)
    }
    return Array.from(init as Iterable<Iterable<unknown>>, (entry) => {
      const pair = typeof entry === 'object' && entry !== null ? [...entry] : []
      if (pair.length !== 2) throw new TypeError('Each query pair must be an iterable [name, value] tuple')
      return [text(pair[0]), text(pair[1])]
    })
  }

  class URLSearchParams {
    #pairs: Pair[]
    #changed: ((query: string) => void) | undefined

    constructor(init?: unknown) {
      this.#pairs = pairsOf(init)
      realm.weakSet(realm.texts, this, () => this.toString())
    }

    /** The parameters of a URL, which both change each other. */
    static of(query: string, changed: (query: string) => void): [URLSearchParams, (query: string) => void] {
      const params = new URLSearchParams(query)
      params.#changed = changed
      return [
        params,
        (next) => {
          params.#pairs = pairsOf(next)
        },
      ]
    }

    get size(): number {
      return this.#pairs.length
    }

    append(name: unknown, value: unknown): void {
      this.#pairs.push([text(name), text(value)])
      this.#changed?.(this.toString())
    }

    delete(name: unknown, value?: unknown): void {
      this.#pairs = this.#pairs.filter((pair) => !this.#matches(pair, name, value))
      this.#changed?.(this.toString())
    }

    get(name: unknown): string | null {
      return this.#pairs.find((pair) => this.#matches(pair, name))?.[1] ?? null
    }

    getAll(name: unknown): string[] {
      return this.#pairs.filter((pair) => this.#matches(pair, name)).map((pair) => pair[1])
    }

    has(name: unknown, value?: unknown): boolean {
      return this.#pairs.some((pair) => this.#matches(pair, name, value))
    }

    set(name: unknown, value: unknown): void {
      const first = this.#pairs.findIndex((pair) => this.#matches(pair, name))
      if (first < 0) {
        this.append(name, value)
        return
      }
      this.#pairs = this.#pairs.filter((pair, index) => index <= first || !this.#matches(pair, name))
      this.#pairs[first] = [text(name), text(value)]
      this.#changed?.(this.toString())
    }

    sort(): void {
      this.#pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0))
      this.#changed?.(this.toString())
    }

    toString(): string {
      return ask('formatQuery', this.#pairs)
    }

    forEach(
      callback: (value: string, name: string, params: URLSearchParams) => void,
      receiver?: unknown,
    ): void {
      for (const [name, value] of this) realm.apply(callback, receiver, [value, name, this])
    }

    *entries(): IterableIterator<Pair> {
      for (let index = 0; index < this.#pairs.length; index++) {
        const [name, value] = this.#pairs[index] as Pair
        yield [name, value]
      }
    }

    *keys(): IterableIterator<string> {
      for (const [name] of this.entries()) yield name
    }

    *values(): IterableIterator<string> {
      for (const [, value] of this.entries()) yield value
    }

    [Symbol.iterator](): IterableIterator<Pair> {
      return this.entries()
    }

    #matches(pair: Pair, name: unknown, value?: unknown): boolean {
      return pair[0] === text(name) && (value === undefined || pair[1] === text(value))
    }
  }

  const paramsOf = URLSearchParams.of
  Reflect.deleteProperty(URLSearchParams, 'of')

  class URL {
    #parts: UrlParts
    #params: [URLSearchParams, (query: string) => void] | undefined

    constructor(input: unknown, base?: unknown) {
      this.#parts = ask('parseUrl', text(input), base === undefined ? null : text(base))
      realm.weakSet(realm.texts, this, () => this.#parts.href)
    }

    static canParse(input: unknown, base?: unknown): boolean {
      return URL.parse(input, base) !== null
    }

    static parse(input: unknown, base?: unknown): URL | null {
      try {
        return new URL(input, base)
      } catch {
        return null
      }
    }

    static read(url: URL, field: keyof UrlParts): string {
      return url.#parts[field]
    }

    static write(url: URL, field: keyof UrlParts, value: unknown): void {
      url.#parts = ask('setUrl', url.#parts.href, field, text(value))
      if (field === 'search' || field === 'href') url.#params?.[1](url.#parts.search)
    }

    get searchParams(): URLSearchParams {
      this.#params ??= paramsOf(this.#parts.search, (query) => {
        this.#parts = ask('setUrl', this.#parts.href, 'search', query)
      })
      return this.#params[0]
    }

    toString(): string {
      return this.#parts.href
    }

    toJSON(): string {
      return this.#parts.href
    }
  }

  const { read, write } = URL
  Reflect.deleteProperty(URL, 'read')
  Reflect.deleteProperty(URL, 'write')
  for (const field of [
    'href',
    'origin',
    'protocol',
    'username',
    'password',
    'host',
    'hostname',
    'port',
    'pathname',
    'search',
    'hash',
  ] as const) {
    Object.defineProperty(URL.prototype, field, {
      get(this: URL) {
        return read(this, field)
      },
      ...(field !== 'origin' && {
        set(this: URL, value: unknown) {
          write(this, field, value)
        },
      }),
      enumerable: true,
      configurable: true,
    })
  }
  Object.defineProperty(URLSearchParams.prototype, Symbol.toStringTag, { value: 'URLSearchParams' })
  Object.defineProperty(URL.prototype, Symbol.toStringTag, { value: 'URL' })

  return {
    structuredClone: makeClone(realm, namedError),
    TextEncoder,
    TextDecoder,
    URL,
    URLSearchParams,
    atob: (data: unknown): string => ask('atob', `${data as string}`),
    btoa: (data: unknown): string => ask('btoa', `${data as string}`),
  }
}

/** An expression of JavaScript: a function that makes the globals. */
export const WEB = `((realm, askHost) => (${makeWeb})(realm, askHost, ${makeClone}))`
