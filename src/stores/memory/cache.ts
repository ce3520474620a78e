/** Cached texts that live as long as the process does, the newest of them. */

import type { Shelf, ShelvedText } from '../cache.ts'

/** A bound for hosts that never end; the oldest makes room. */
const ENTRIES_MAX = 10_000

export function memoryShelf(): Shelf {
  const entries = new Map<string, ShelvedText>()

  return {
    async read(key) {
      return entries.get(key) ?? null
    },
    async write(key, entry) {
      // Away first, so that what is written again counts as new.
      entries.delete(key)
      entries.set(key, entry)
      for (const oldest of entries.keys()) {
        if (entries.size <= ENTRIES_MAX) break
        entries.delete(oldest)
      }
    },
    async remove(key) {
      entries.delete(key)
    },
    // Nobody else has this shelf, and among ourselves the cache makes each key once.
    async claim() {
      return true
    },
    async release() {},
  }
}
