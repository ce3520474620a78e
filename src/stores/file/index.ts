/** A store that keeps threads and documents in a folder. */

import path from 'node:path'
import type { Store } from '../ports.ts'
import { fileDocumentStore } from './document-store.ts'
import { fileThreadStore } from './thread-store.ts'

export interface FileStoreOptions {
  /** Milliseconds since 1970; the machine's clock unless given. */
  readonly now?: () => number
}

/**
 * Threads and documents as files that only their owner may read.
 *
 * @param folder Relative to the current directory, or absolute. Nothing is looked at or made before the first use.
 */
export function fileStore(folder: string, options: FileStoreOptions = {}): Store {
  const root = path.resolve(folder)
  const threads = fileThreadStore(path.join(root, 'threads'), options)
  const documents = fileDocumentStore(path.join(root, 'documents'), options)
  return {
    threads,
    documents,
    async [Symbol.asyncDispose]() {
      await threads[Symbol.asyncDispose]()
      await documents[Symbol.asyncDispose]()
    },
  }
}
