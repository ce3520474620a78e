/** Data that is too long for its reader, cut so that its structure stays. */

/** Text of JSON, whole where it fits, else with what was cut said in its places and summed up behind it. */
export function valueWithin(value: unknown, bytesMax: number): string {
  const compact = JSON.stringify(value)
  if (Buffer.byteLength(compact) <= bytesMax) {
    const indented = JSON.stringify(value, null, 2)
    return Buffer.byteLength(indented) <= bytesMax ? indented : compact
  }
  const cutter = new Cutter()
  const room = bytesMax - NOTE_BYTES_MAX
  if (room < NOTE_BYTES_MAX)
    return bytesMax < ELLIPSIS_BYTES ? '' : JSON.stringify(cutter.fit(value, bytesMax))
  const text = JSON.stringify(cutter.fit(value, room))
  return `${text}\n${cutter.note()}`
}

/** Of `"…"`, which anything can be cut to. */
const ELLIPSIS_BYTES = 5
const NOTE_BYTES_MAX = 160
/** An item or a field gets so much before another one is shown at all. */
const ITEM_BYTES_MIN = 200
const FIELD_BYTES_MIN = 40
const MARKER_BYTES_MAX = 40

interface Entry {
  /** Of a field, with its quotes and colon. */
  readonly keyBytes: number
  readonly key: string
  readonly value: unknown
  readonly bytes: number
}

class Cutter {
  readonly #bytes = new WeakMap<object, number>()
  readonly #cut = { items: 0, fields: 0, texts: 0, nested: 0 }

  /** `value` in at most so many bytes of compact JSON, of which there are at least those of an ellipsis. */
  fit(value: unknown, bytesMax: number): unknown {
    if (this.#bytesOf(value) <= bytesMax) return value
    if (typeof value === 'string') return this.#fitText(value, bytesMax)
    if (typeof value !== 'object' || value === null) return '…'
    return Array.isArray(value) ? this.#fitItems(value, bytesMax) : this.#fitFields(value, bytesMax)
  }

  note(): string {
    const { items, fields, texts, nested } = this.#cut
    const parts = [
      [items, 'items left out'],
      [fields, 'fields left out'],
      [texts, 'texts shortened'],
      [nested, 'nested values summed up'],
    ]
    const said = parts.filter(([count]) => count !== 0).map(([count, what]) => `${count} ${what}`)
    return `[cut to fit: ${said.join(', ')}]`
  }

  #bytesOf(value: unknown): number {
    if (typeof value !== 'object' || value === null) return jsonBytes(value)
    const known = this.#bytes.get(value)
    if (known !== undefined) return known
    const entries = this.#entriesOf(value)
    const content = entries.reduce((sum, { keyBytes, bytes }) => sum + keyBytes + bytes, 0)
    const bytes = 2 + content + Math.max(0, entries.length - 1)
    this.#bytes.set(value, bytes)
    return bytes
  }

  #entriesOf(value: object): Entry[] {
    const isList = Array.isArray(value)
    return Object.entries(value).map(([key, entry]) => ({
      keyBytes: isList ? 0 : jsonBytes(key) + 1,
      key,
      value: entry,
      bytes: this.#bytesOf(entry),
    }))
  }

  #fitText(text: string, bytesMax: number): string {
    this.#cut.texts++
    const marker = (kept: number) => `… ${text.length - kept} more characters`
    const room = bytesMax - 2 - Buffer.byteLength(marker(0))
    if (room < 0) return '…'
    // The longest beginning whose JSON fits.
    let [low, high] = [0, Math.min(text.length, room)]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (jsonBytes(text.slice(0, middle)) - 2 <= room) low = middle
      else high = middle - 1
    }
    const kept = isInsidePair(text, low) ? low - 1 : low
    return text.slice(0, kept) + marker(kept)
  }

  #fitItems(items: readonly unknown[], bytesMax: number): unknown {
    const shown = this.#share(this.#entriesOf(items), bytesMax, ITEM_BYTES_MIN)
    if (shown === undefined) return this.#summary(`[… ${items.length} items]`, bytesMax)
    const left = items.length - shown.length
    this.#cut.items += left
    return [...shown.map(([, value]) => value), ...(left > 0 ? [`… ${left} more`] : [])]
  }

  #fitFields(object: object, bytesMax: number): unknown {
    const entries = this.#entriesOf(object)
    const shown = this.#share(entries, bytesMax, FIELD_BYTES_MIN)
    if (shown === undefined) return this.#summary(`{… ${entries.length} fields}`, bytesMax)
    const left = entries.length - shown.length
    this.#cut.fields += left
    // Not by assignment: a field may be called `__proto__`.
    return Object.fromEntries([...shown, ...(left > 0 ? [['…', `${left} more`]] : [])])
  }

  #summary(text: string, bytesMax: number): string {
    this.#cut.nested++
    return jsonBytes(text) <= bytesMax ? text : '…'
  }

  /** The first entries, as many as get their least each; what is over goes to those that want more. */
  #share(entries: readonly Entry[], bytesMax: number, bytesMin: number): [string, unknown][] | undefined {
    const room = bytesMax - 2 - MARKER_BYTES_MAX
    let count = 0
    let least = 0
    for (const { keyBytes, bytes } of entries) {
      const next = least + keyBytes + Math.min(bytes, bytesMin) + 1
      if (next > room) break
      least = next
      count++
    }
    // One that cannot have its least is still better than none.
    if (count === 0 && room > (entries[0]?.keyBytes ?? 0) + ELLIPSIS_BYTES) count = 1
    if (count === 0) return undefined

    const shown = entries.slice(0, count)
    const overhead = shown.reduce((sum, { keyBytes }) => sum + keyBytes + 1, 0)
    const level = waterLevel(
      shown.map(({ bytes }) => bytes),
      room - overhead,
    )
    return shown.map(({ key, value }) => [key, this.fit(value, Math.max(ELLIPSIS_BYTES, level))])
  }
}

/** The most that each may have so that together they have no more than `room`; those that want less take less. */
function waterLevel(wanted: readonly number[], room: number): number {
  let left = room
  const ascending = wanted.toSorted((a, b) => a - b)
  for (const [index, bytes] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index))
    if (bytes > share) return share
    left -= bytes
  }
  return Number.POSITIVE_INFINITY
}

const jsonBytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

const isInsidePair = (text: string, at: number) =>
  at > 0 &&
  at < text.length &&
  /[\uD800-\uDBFF]/.test(text.charAt(at - 1)) &&
  /[\uDC00-\uDFFF]/.test(text.charAt(at))
