/** Threads that live as long as the process does. */

import type { ThreadId } from '../../protocol/ids.ts'
import type { ThreadMeta, ThreadRecord } from '../../protocol/thread-record.ts'
import {
  BadThreadIdError,
  ThreadExistsError,
  ThreadInUseError,
  ThreadNotFoundError,
  WriterClosedError,
} from '../errors.ts'
import { isThreadId } from '../ids.ts'
import { newestThreadFirst } from '../order.ts'
import type { ThreadStore, ThreadSummary, ThreadWriter } from '../ports.ts'

interface KeptThread {
  readonly meta: ThreadMeta
  /** Records as JSON text: nobody who wrote or read one can change it afterwards. */
  readonly lines: string[]
  updatedAt: number
  archived: boolean
  writer: ThreadWriter | null
}

/** @param options `now`: milliseconds since 1970; the machine's clock unless given. */
export function memoryThreadStore(options: { readonly now?: () => number } = {}): ThreadStore {
  const now = options.now ?? Date.now
  const threads = new Map<string, KeptThread>()

  function find(id: string): KeptThread {
    const thread = threads.get(id)
    if (thread === undefined) throw new ThreadNotFoundError(id)
    return thread
  }

  function findUnused(id: string): KeptThread {
    const thread = find(id)
    if (thread.writer !== null) throw new ThreadInUseError(id)
    return thread
  }

  function hold(id: string, thread: KeptThread): ThreadWriter {
    const writer: ThreadWriter = {
      get position() {
        return thread.lines.length
      },
      async append(records) {
        if (thread.writer !== writer) throw new WriterClosedError(id)
        thread.lines.push(...records.map((record) => JSON.stringify(record)))
        thread.updatedAt = now()
      },
      async flush() {
        if (thread.writer !== writer) throw new WriterClosedError(id)
      },
      async [Symbol.asyncDispose]() {
        if (thread.writer === writer) thread.writer = null
      },
    }
    thread.writer = writer
    return writer
  }

  return {
    async create(meta) {
      if (!isThreadId(meta.id)) throw new BadThreadIdError(meta.id)
      if (threads.has(meta.id)) throw new ThreadExistsError(meta.id)
      const thread: KeptThread = {
        meta: structuredClone(meta),
        lines: [JSON.stringify({ type: 'thread_meta', meta } satisfies ThreadRecord)],
        updatedAt: now(),
        archived: false,
        writer: null,
      }
      threads.set(meta.id, thread)
      return hold(meta.id, thread)
    },

    async open(id: ThreadId) {
      return hold(id, findUnused(id))
    },

    async read(id) {
      return find(id).lines.map((line): ThreadRecord => JSON.parse(line))
    },

    async list({ archived = false } = {}) {
      return [...threads.values()]
        .filter((thread) => thread.archived === archived)
        .map(
          (thread): ThreadSummary => ({
            meta: structuredClone(thread.meta),
            updatedAt: thread.updatedAt,
            archived,
          }),
        )
        .sort(newestThreadFirst)
    },

    async archive(id) {
      findUnused(id).archived = true
    },

    async unarchive(id) {
      findUnused(id).archived = false
    },

    async delete(id) {
      if (threads.has(id)) findUnused(id)
      threads.delete(id)
    },

    async [Symbol.asyncDispose]() {
      for (const thread of threads.values()) thread.writer = null
    },
  }
}
