/** A store that keeps everything in this process, and nothing after it. */

import type { Store } from '../ports.ts'
import { memoryDocumentStore } from './document-store.ts'
import { memoryThreadStore } from './thread-store.ts'

export interface MemoryStoreOptions {
  /** Milliseconds since 1970; the machine's clock unless given. */
  readonly now?: () => number
}

/** Threads and documents in memory: for tests, and for hosts that want no trace. */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const threads = memoryThreadStore(options)
  const documents = memoryDocumentStore(options)
  return {
    threads,
    documents,
    async [Symbol.asyncDispose]() {
      await threads[Symbol.asyncDispose]()
      await documents[Symbol.asyncDispose]()
    },
  }
}
