/** A store that keeps threads, documents and cached values in a folder. */

import path from 'node:path'
import { cacheOver } from '../cache.ts'
import { checkFsync } from '../fsync.ts'
import type { Fsync, StoreWithCache } from '../ports.ts'
import { fileShelf } from './cache.ts'
import { fileDocumentStore } from './document-store.ts'
import { fileThreadStore } from './thread-store.ts'

export interface FileStoreOptions {
  /**
   * `never` unless given: what was added survives the process, and a crash of the machine may take the last seconds.
   * `turn`: new threads, turns that have ended and documents survive that, too. `always`: every append does.
   */
  readonly fsync?: Fsync
  /** Milliseconds since 1970; the machine's clock unless given. */
  readonly now?: () => number
}

/**
 * Threads, documents and a cache as files that only their owner may read.
 *
 * @param folder Relative to the current directory, or absolute. Nothing is looked at or made before the first use.
 */
export function fileStore(folder: string, options: FileStoreOptions = {}): StoreWithCache {
  const { fsync = 'never', now = Date.now } = options
  checkFsync(fsync)
  const root = path.resolve(folder)
  const threads = fileThreadStore(path.join(root, 'threads'), { now, fsync })
  const documents = fileDocumentStore(path.join(root, 'documents'), { now, fsync })
  return {
    threads,
    documents,
    places: [root],
    cache: cacheOver(fileShelf(path.join(root, 'cache'), { now }), now),
    async [Symbol.asyncDispose]() {
      await threads[Symbol.asyncDispose]()
      await documents[Symbol.asyncDispose]()
    },
  }
}
