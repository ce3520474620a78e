/** Threads as rows of a database. */

import type { ThreadMeta } from '../../protocol/thread-record.ts'
import { BadThreadIdError, ThreadExistsError, ThreadInUseError, ThreadNotFoundError } from '../errors.ts'
import { isThreadId } from '../ids.ts'
import { newestThreadFirst } from '../order.ts'
import type { Fsync, ThreadStore, ThreadSummary, ThreadWriter } from '../ports.ts'
import { decodeLines, encodeRecord } from '../record-line.ts'
import type { Database, Row } from './database.ts'
import { findUnheld, type LeasedThread, newLease } from './lease.ts'
import { startThreadWriter } from './thread-writer.ts'

export interface SqliteThreadOptions {
  readonly now: () => number
  readonly fsync: Fsync
}

export function sqliteThreadStore(database: Database, { now, fsync }: SqliteThreadOptions): ThreadStore {
  const writers = new Set<ThreadWriter>()

  function start(thread: { id: string; number: number; token: string; position: number }): ThreadWriter {
    const writer = startThreadWriter({
      database,
      threadId: thread.id,
      threadNumber: thread.number,
      token: thread.token,
      position: thread.position,
      now,
      fsync,
      onClosed: () => writers.delete(writer),
    })
    writers.add(writer)
    return writer
  }

  /** Do something with a thread that nobody writes, unless somebody has begun to since we looked. */
  async function unheld<Result>(
    deed: string,
    id: string,
    work: (thread: LeasedThread) => Result | null,
  ): Promise<Result> {
    const thread = await findUnheld(database, deed, id)
    const result = await database.write(deed, () => work(thread))
    if (result === null) throw new ThreadInUseError(id)
    return result
  }

  async function create(meta: ThreadMeta): Promise<ThreadWriter> {
    const { id } = meta
    if (!isThreadId(id)) throw new BadThreadIdError(id)
    const time = now()
    const line = encodeRecord({ type: 'thread_meta', meta }, time)
    const { token, holder } = await newLease()
    const work = () => {
      const made = database.run(
        `INSERT INTO thread (id, meta, updated_at, epoch, writer, holder, renewed_at)
         VALUES (?, ?, ?, 1, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
        id,
        JSON.stringify(meta),
        time,
        token,
        holder,
        Date.now(),
      )
      if (made.changes === 0) throw new ThreadExistsError(id)
      const number = made.lastNumber
      const added = database.run('INSERT INTO record (thread, line) VALUES (?, ?)', number, line)
      return { number, position: added.lastNumber }
    }
    const made = await database.write(`make the thread ${id}`, work, { durable: fsync !== 'never' })
    return start({ id, token, ...made })
  }

  async function open(id: string): Promise<ThreadWriter> {
    const { token, holder } = await newLease()
    const opened = await unheld(`open the thread ${id}`, id, ({ number, writer }) => {
      const { changes } = database.run(
        `UPDATE thread SET writer = ?, holder = ?, renewed_at = ?, epoch = epoch + 1
         WHERE number = ? AND writer IS ?`,
        token,
        holder,
        Date.now(),
        number,
        writer,
      )
      if (changes === 0) return null
      const last = database.row('SELECT max(number) AS last FROM record WHERE thread = ?', number)
      return { number, position: Number(last?.last) }
    })
    return start({ id, token, ...opened })
  }

  async function move(deed: string, id: string, archived: 0 | 1): Promise<void> {
    await unheld(deed, id, ({ number, writer }) => {
      // A writer that only seemed gone loses its lease here.
      const { changes } = database.run(
        'UPDATE thread SET archived = ?, writer = NULL, holder = NULL WHERE number = ? AND writer IS ?',
        archived,
        number,
        writer,
      )
      return changes === 0 ? null : true
    })
  }

  async function remove(id: string): Promise<void> {
    try {
      await unheld(`delete the thread ${id}`, id, ({ number, writer }) => {
        const { changes } = database.run(
          'DELETE FROM thread WHERE number = ? AND writer IS ?',
          number,
          writer,
        )
        return changes === 0 ? null : true
      })
    } catch (error) {
      if (!(error instanceof ThreadNotFoundError)) throw error
    }
  }

  return {
    create,
    open,

    async read(id) {
      const rows = await database.read(`read the thread ${id}`, () =>
        database.rows(
          `SELECT line FROM record JOIN thread ON thread.number = record.thread
           WHERE thread.id = ? ORDER BY record.number`,
          id,
        ),
      )
      if (rows.length === 0) throw new ThreadNotFoundError(id)
      return decodeLines(
        rows.map(({ line }) => String(line)),
        id,
        database.file,
      )
    },

    async list({ archived = false } = {}) {
      const rows = await database.read('list the threads', () =>
        database.rows('SELECT meta, updated_at FROM thread WHERE archived = ?', archived ? 1 : 0),
      )
      return rows.map((row) => summaryOf(row, archived)).sort(newestThreadFirst)
    },

    archive: (id) => move(`archive the thread ${id}`, id, 1),

    unarchive: (id) => move(`bring back the thread ${id}`, id, 0),

    delete: remove,

    async [Symbol.asyncDispose]() {
      await Promise.all([...writers].map((writer) => writer[Symbol.asyncDispose]()))
    },
  }
}

function summaryOf(row: Row, archived: boolean): ThreadSummary {
  // The writer was we.
  return { meta: JSON.parse(String(row.meta)) as ThreadMeta, updatedAt: Number(row.updated_at), archived }
}
