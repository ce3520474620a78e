/** A store that keeps everything in this process, and nothing after it. */

import { cacheOver } from '../cache.ts'
import type { StoreWithCache } from '../ports.ts'
import { memoryShelf } from './cache.ts'
import { memoryDocumentStore } from './document-store.ts'
import { memoryThreadStore } from './thread-store.ts'

export interface MemoryStoreOptions {
  /** Milliseconds since 1970; the machine's clock unless given. */
  readonly now?: () => number
}

/** Threads, documents and a cache in memory: for tests, and for hosts that want no trace. */
export function memoryStore(options: MemoryStoreOptions = {}): StoreWithCache {
  const threads = memoryThreadStore(options)
  const documents = memoryDocumentStore(options)
  return {
    threads,
    documents,
    cache: cacheOver(memoryShelf(), options.now ?? Date.now),
    async [Symbol.asyncDispose]() {
      await threads[Symbol.asyncDispose]()
      await documents[Symbol.asyncDispose]()
    },
  }
}
