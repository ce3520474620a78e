/** The cache as every store has it, over a shelf of texts that is the store's own. */

import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { OptionError } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import { heartbeat } from './heartbeat.ts'
import type { Cache } from './ports.ts'

/** Texts by key, each for a time, and the right to make one. Keys are 64 hexadecimal digits. */
export interface Shelf {
  read(key: string): Promise<ShelvedText | null>
  write(key: string, entry: ShelvedText): Promise<void>
  remove(key: string): Promise<void>
  /**
   * Take the right to make a key, or keep it: it ends `CLAIM_MS` after the last call of its holder.
   *
   * @returns False while another token has it.
   */
  claim(key: string, token: string): Promise<boolean>
  release(key: string, token: string): Promise<void>
}

export interface ShelvedText {
  readonly text: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export const CLAIM_MS = 10_000
const POLL_MS_MIN = 5
const POLL_MS_MAX = 200

/** @param now Milliseconds since 1970, for the time that values live. */
export function cacheOver(shelf: Shelf, now: () => number): Cache {
  const flights = new Map<string, Promise<string>>()

  async function look(key: string): Promise<string | null> {
    const entry = await shelf.read(key)
    if (entry === null) return null
    if (entry.expiresAt > now() && isJson(entry.text)) return entry.text
    await shelf.remove(key)
    return null
  }

  /** While others make it, wait for theirs; where they give up, it is our turn. */
  async function fly(key: string, ttlMs: number, make: () => Promise<unknown>): Promise<string> {
    const token = randomUUID()
    for (let wait = POLL_MS_MIN; ; wait = Math.min(wait * 2, POLL_MS_MAX)) {
      const text = await look(key)
      if (text !== null) return text
      if (await shelf.claim(key, token)) break
      await sleep(wait)
    }
    using _beat = heartbeat(CLAIM_MS / 3, () => shelf.claim(key, token))
    try {
      // Somebody may have finished between our look and our claim.
      const meanwhile = await look(key)
      if (meanwhile !== null) return meanwhile
      const text = textOf(await make())
      await shelf.write(key, { text, expiresAt: now() + ttlMs })
      return text
    } finally {
      await shelf.release(key, token)
    }
  }

  return {
    async get(key) {
      const text = await look(shelfKey(key))
      return text === null ? undefined : (JSON.parse(text) as JsonValue)
    },

    async set(key, value, ttlMs) {
      checkTtl(ttlMs)
      const text = textOf(value)
      await shelf.write(shelfKey(key), { text, expiresAt: now() + ttlMs })
    },

    async getOrMake<Value>(key: string, ttlMs: number, make: () => Promise<Value>) {
      checkTtl(ttlMs)
      const shelved = shelfKey(key)
      let flight = flights.get(shelved)
      if (flight === undefined) {
        flight = fly(shelved, ttlMs, make).finally(() => flights.delete(shelved))
        flights.set(shelved, flight)
      }
      return JSON.parse(await flight) as Value
    },

    async delete(key) {
      await shelf.remove(shelfKey(key))
    },

    async [Symbol.asyncDispose]() {},
  }
}

/** Any text as a name that every store can take; by way of JSON, in which no two texts are alike. */
function shelfKey(key: string): string {
  return createHash('sha256').update(JSON.stringify(key)).digest('hex')
}

function checkTtl(ttlMs: number): void {
  if (Number.isFinite(ttlMs) && ttlMs > 0) return
  throw new OptionError('ttlMs', `${ttlMs} is no time to keep a value. Pass milliseconds, more than 0.`)
}

function textOf(value: unknown): string {
  const text: string | undefined = JSON.stringify(value)
  if (text !== undefined) return text
  throw new OptionError('value', `${typeof value} has no JSON, so it cannot be cached. Use null for nothing.`)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
