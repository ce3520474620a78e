/** Threads as files of JSON lines in one folder. */

import { rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ThreadMeta } from '../../protocol/thread-record.ts'
import { BadThreadIdError, ThreadExistsError, ThreadNotFoundError } from '../errors.ts'
import { isThreadId } from '../ids.ts'
import { newestThreadFirst } from '../order.ts'
import type { Fsync, ThreadStore, ThreadSummary, ThreadWriter } from '../ports.ts'
import { doing, flushFolder, ifThere, makeFolder, namesIn } from './disk.ts'
import { takeLease } from './lease.ts'
import { findWritableEnd, readMeta, readRecords, type WritableEnd } from './thread-file.ts'
import { openThreadWriter } from './thread-writer.ts'

const EXTENSION = '.jsonl'
const FILES_READ_AT_ONCE = 16

interface Located {
  readonly file: string
  readonly archived: boolean
}

/**
 * @param folder Made when the first thread is.
 * @param options `now`: milliseconds since 1970, for the time on each line.
 */
export function fileThreadStore(
  folder: string,
  options: { readonly now: () => number; readonly fsync: Fsync },
): ThreadStore {
  const { now, fsync } = options
  const archive = path.join(folder, 'archived')
  const locks = path.join(folder, 'locks')
  const writers = new Set<ThreadWriter>()

  const place = (id: string, archived: boolean) => path.join(archived ? archive : folder, id + EXTENSION)

  async function locate(id: string): Promise<Located | null> {
    if (!isThreadId(id)) return null
    for (const archived of [false, true]) {
      const file = place(id, archived)
      if ((await ifThere(() => stat(file))) !== null) return { file, archived }
    }
    return null
  }

  async function find(id: string): Promise<Located> {
    const located = await locate(id)
    if (located === null) throw new ThreadNotFoundError(id)
    return located
  }

  /** Do something with a thread while nobody writes it. */
  async function unwritten(id: string, work: () => Promise<void>): Promise<void> {
    const lease = await takeLease(locks, id)
    try {
      await work()
    } finally {
      await lease.release()
    }
  }

  /** @param prepare Gives the file to write, once nobody else can. */
  async function openWriter(
    id: string,
    prepare: () => Promise<{ file: string; end: WritableEnd | 'new' }>,
  ): Promise<ThreadWriter> {
    const lease = await takeLease(locks, id)
    try {
      const onClosed = () => writers.delete(writer)
      const writer = await openThreadWriter({
        threadId: id,
        lease,
        now,
        fsync,
        onClosed,
        ...(await prepare()),
      })
      writers.add(writer)
      return writer
    } catch (error) {
      await lease.release()
      throw error
    }
  }

  async function move(id: string, toArchive: boolean): Promise<void> {
    await find(id)
    await makeFolder(archive)
    await unwritten(id, async () => {
      const { file, archived } = await find(id)
      if (archived !== toArchive) await rename(file, place(id, toArchive))
    })
  }

  async function summaries(archived: boolean): Promise<ThreadSummary[]> {
    const names = await namesIn(archived ? archive : folder)
    const ids = names
      .filter((name) => name.endsWith(EXTENSION))
      .map((name) => name.slice(0, -EXTENSION.length))
    const found: ThreadSummary[] = []
    const left = ids.filter(isThreadId).values()
    const work = async () => {
      for (const id of left) {
        // A file may go away between being named and being read.
        const summary = await ifThere(() => summarize(place(id, archived), archived))
        if (summary !== null) found.push(summary)
      }
    }
    await Promise.all(Array.from({ length: FILES_READ_AT_ONCE }, work))
    return found.sort(newestThreadFirst)
  }

  async function create(meta: ThreadMeta): Promise<ThreadWriter> {
    const id = meta.id
    if (!isThreadId(id)) throw new BadThreadIdError(id)
    if ((await locate(id)) !== null) throw new ThreadExistsError(id)
    const file = place(id, false)
    const writer = await openWriter(id, async () => {
      // Somebody may have made it since.
      if ((await locate(id)) !== null) throw new ThreadExistsError(id)
      return { file, end: 'new' }
    })
    try {
      await writer.append([{ type: 'thread_meta', meta }])
      if (fsync !== 'never') {
        await writer.flush()
        await flushFolder(folder)
      }
      return writer
    } catch (error) {
      await writer[Symbol.asyncDispose]()
      await rm(file, { force: true })
      throw error
    }
  }

  async function open(id: string): Promise<ThreadWriter> {
    await find(id)
    return openWriter(id, async () => {
      const { file } = await find(id)
      return { file, end: await findWritableEnd(file) }
    })
  }

  return {
    create: (meta) => doing(`make the thread ${meta.id}`, folder, () => create(meta)),

    open: (id) => doing(`open the thread ${id}`, folder, () => open(id)),

    read: (id) => doing(`read the thread ${id}`, folder, async () => readRecords((await find(id)).file, id)),

    list: ({ archived = false } = {}) => doing('list the threads', folder, () => summaries(archived)),

    archive: (id) => doing(`archive the thread ${id}`, folder, () => move(id, true)),

    unarchive: (id) => doing(`bring back the thread ${id}`, folder, () => move(id, false)),

    delete: (id) =>
      doing(`delete the thread ${id}`, folder, async () => {
        if ((await locate(id)) === null) return
        await unwritten(id, async () => {
          const located = await locate(id)
          if (located !== null) await rm(located.file, { force: true })
        })
      }),

    async [Symbol.asyncDispose]() {
      await Promise.all([...writers].map((writer) => writer[Symbol.asyncDispose]()))
    },
  }
}

/** Null for a file whose first line says no thread. */
async function summarize(file: string, archived: boolean): Promise<ThreadSummary | null> {
  const [meta, { mtimeMs }] = await Promise.all([readMeta(file), stat(file)])
  return meta === null ? null : { meta, updatedAt: Math.round(mtimeMs), archived }
}
