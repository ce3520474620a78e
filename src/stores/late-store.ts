/** A store that is opened, with its driver, when it is first used. */

import { cacheOver, type Shelf } from './cache.ts'
import { StoreClosedError } from './errors.ts'
import type { DocumentStore, StoreWithCache, ThreadStore } from './ports.ts'

/** What opening gives; disposing it closes all of it. */
export interface OpenStore extends AsyncDisposable {
  readonly threads: ThreadStore
  readonly documents: DocumentStore
  readonly shelf: Shelf
}

/**
 * @param open Called at most once at a time, again after a failure, and never after disposal.
 * @param now For the cache.
 */
export function lateStore(open: () => Promise<OpenStore>, now: () => number): StoreWithCache {
  let opening: Promise<OpenStore> | null = null
  let closed: Promise<void> | null = null

  async function opened(): Promise<OpenStore> {
    if (closed !== null) throw new StoreClosedError()
    opening ??= open().catch((error: unknown) => {
      opening = null
      throw error
    })
    return opening
  }

  async function close(): Promise<void> {
    const store = await opening?.catch(() => null)
    await store?.[Symbol.asyncDispose]()
  }

  const threads: ThreadStore = {
    async create(meta) {
      const copy = structuredClone(meta)
      return (await opened()).threads.create(copy)
    },
    open: async (id) => (await opened()).threads.open(id),
    read: async (id) => (await opened()).threads.read(id),
    list: async (options) => (await opened()).threads.list(options),
    archive: async (id) => (await opened()).threads.archive(id),
    unarchive: async (id) => (await opened()).threads.unarchive(id),
    delete: async (id) => (await opened()).threads.delete(id),
    async [Symbol.asyncDispose]() {
      await (await opening)?.threads[Symbol.asyncDispose]()
    },
  }

  const documents: DocumentStore = {
    async put(document) {
      // As it is at the call, whatever the caller does to it while the store opens.
      const { content } = document
      const copy = { ...document, content: typeof content === 'string' ? content : content.slice() }
      return (await opened()).documents.put(copy)
    },
    info: async (fileKey) => (await opened()).documents.info(fileKey),
    read: async (fileKey, range) => (await opened()).documents.read(fileKey, range),
    list: async (options) => (await opened()).documents.list(options),
    delete: async (fileKey) => (await opened()).documents.delete(fileKey),
    async [Symbol.asyncDispose]() {
      await (await opening)?.documents[Symbol.asyncDispose]()
    },
  }

  const shelf: Shelf = {
    read: async (key) => (await opened()).shelf.read(key),
    write: async (key, entry) => (await opened()).shelf.write(key, entry),
    remove: async (key) => (await opened()).shelf.remove(key),
    claim: async (key, token) => (await opened()).shelf.claim(key, token),
    release: async (key, token) => (await opened()).shelf.release(key, token),
  }

  return {
    threads,
    documents,
    cache: cacheOver(shelf, now),
    [Symbol.asyncDispose]() {
      closed ??= close()
      return closed
    },
  }
}
