/** Threads as lists of lines on a Redis server. */

import { randomUUID } from 'node:crypto'
import type { ThreadMeta } from '../../protocol/thread-record.ts'
import { BadThreadIdError, ThreadExistsError, ThreadNotFoundError } from '../errors.ts'
import { isThreadId } from '../ids.ts'
import { newestThreadFirst } from '../order.ts'
import type { ThreadStore, ThreadSummary, ThreadWriter } from '../ports.ts'
import { ownLife } from '../process-life.ts'
import { decodeLines, encodeRecord } from '../record-line.ts'
import type { RedisServer } from './server.ts'
import { hashKey, indexKey, linesKey, threadKeys, throwRefusal } from './thread-keys.ts'
import { CREATE, DELETE, MOVE, OPEN } from './thread-scripts.ts'
import { type Lease, startThreadWriter } from './thread-writer.ts'

const SUMMARIES_AT_ONCE = 200

export interface RedisThreadOptions {
  readonly now: () => number
  readonly leaseMs: number
}

export function redisThreadStore(server: RedisServer, { now, leaseMs }: RedisThreadOptions): ThreadStore {
  const writers = new Set<ThreadWriter>()

  async function newLease(): Promise<Lease> {
    return { token: randomUUID(), holder: JSON.stringify(await ownLife()), leaseMs }
  }

  function start(threadId: string, lease: Lease, position: number): ThreadWriter {
    const onClosed = () => writers.delete(writer)
    const writer = startThreadWriter({ server, threadId, lease, position, now, onClosed })
    writers.add(writer)
    return writer
  }

  async function create(meta: ThreadMeta): Promise<ThreadWriter> {
    const { id } = meta
    if (!isThreadId(id)) throw new BadThreadIdError(id)
    const time = now()
    const line = encodeRecord({ type: 'thread_meta', meta }, time)
    const lease = await newLease()
    const facts = [id, JSON.stringify(meta), line, time, lease.token, lease.holder, leaseMs]
    const [outcome] = await server.run(CREATE, threadKeys(server, id), ...facts)
    if (outcome === 'exists') throw new ThreadExistsError(id)
    return start(id, lease, 1)
  }

  async function open(id: string): Promise<ThreadWriter> {
    mustBeId(id)
    const lease = await newLease()
    const answer = await server.run(OPEN, threadKeys(server, id), lease.token, lease.holder, leaseMs)
    throwRefusal(id, answer)
    return start(id, lease, Number(answer[1]))
  }

  async function move(id: string, archived: '0' | '1'): Promise<void> {
    mustBeId(id)
    throwRefusal(id, await server.run(MOVE, threadKeys(server, id), id, archived))
  }

  async function summaries(archived: boolean): Promise<ThreadSummary[]> {
    const ids = await server.client.zrevrange(indexKey(server, archived), 0, -1)
    const found: ThreadSummary[] = []
    for (let first = 0; first < ids.length; first += SUMMARIES_AT_ONCE) {
      const some = ids.slice(first, first + SUMMARIES_AT_ONCE)
      const rows = await Promise.all(
        some.map((id) => server.client.hmget(hashKey(server, id), 'meta', 'updatedAt')),
      )
      for (const [meta, updatedAt] of rows) {
        // A thread may go away between being named and being read. The writer was we.
        if (!meta) continue
        found.push({ meta: JSON.parse(meta) as ThreadMeta, updatedAt: Number(updatedAt), archived })
      }
    }
    return found.sort(newestThreadFirst)
  }

  return {
    create: (meta) => server.doing(`make the thread ${meta.id}`, () => create(meta)),

    open: (id) => server.doing(`open the thread ${id}`, () => open(id)),

    read: (id) =>
      server.doing(`read the thread ${id}`, async () => {
        mustBeId(id)
        const key = linesKey(server, id)
        const lines = await server.client.lrange(key, 0, -1)
        if (lines.length === 0) throw new ThreadNotFoundError(id)
        return decodeLines(lines, id, server.place(key))
      }),

    list: ({ archived = false } = {}) => server.doing('list the threads', () => summaries(archived)),

    archive: (id) => server.doing(`archive the thread ${id}`, () => move(id, '1')),

    unarchive: (id) => server.doing(`bring back the thread ${id}`, () => move(id, '0')),

    delete: (id) =>
      server.doing(`delete the thread ${id}`, async () => {
        if (isThreadId(id)) throwRefusal(id, await server.run(DELETE, threadKeys(server, id), id))
      }),

    async [Symbol.asyncDispose]() {
      await Promise.all([...writers].map((writer) => writer[Symbol.asyncDispose]()))
    },
  }
}

function mustBeId(id: string): void {
  if (!isThreadId(id)) throw new ThreadNotFoundError(id)
}
