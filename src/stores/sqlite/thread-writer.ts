/** Adds records to a thread of a database, as long as the lease is its own. */

import { ThreadLeaseLostError } from '../errors.ts'
import { isDurable } from '../fsync.ts'
import { heartbeat } from '../heartbeat.ts'
import type { Fsync, ThreadWriter } from '../ports.ts'
import { queuedWriter } from '../queued-writer.ts'
import type { Database } from './database.ts'
import { holderIn, RENEW_MS } from './lease.ts'

export interface WriterOptions {
  readonly database: Database
  readonly threadId: string
  readonly threadNumber: number
  readonly token: string
  readonly position: number
  readonly now: () => number
  readonly fsync: Fsync
  readonly onClosed: () => void
}

export function startThreadWriter(options: WriterOptions): ThreadWriter {
  const { database, threadId, threadNumber, token, position, now, fsync, onClosed } = options
  const pulse = heartbeat(RENEW_MS, () =>
    database.write('renew a lease', () =>
      database.run(
        'UPDATE thread SET renewed_at = ? WHERE number = ? AND writer = ?',
        Date.now(),
        threadNumber,
        token,
      ),
    ),
  )

  /** In the transaction that adds: so nobody can take the thread between the look and the records. */
  function mustBeOurs(): void {
    const row = database.row('SELECT writer, holder, epoch FROM thread WHERE number = ?', threadNumber)
    if (row?.writer === token) return
    throw new ThreadLeaseLostError(threadId, row === null ? null : holderIn(row))
  }

  async function add(lines: readonly string[], facts: { readonly endsTurn: boolean }): Promise<number> {
    const work = () => {
      mustBeOurs()
      let last = 0
      for (const line of lines) {
        last = database.run('INSERT INTO record (thread, line) VALUES (?, ?)', threadNumber, line).lastNumber
      }
      database.run('UPDATE thread SET updated_at = ? WHERE number = ?', now(), threadNumber)
      return last
    }
    return database.write(`add to the thread ${threadId}`, work, { durable: isDurable(fsync, facts) })
  }

  /** A change that changes nothing: what it waits for on the disk has everything before it, too. */
  async function flush(): Promise<void> {
    const touch = () => {
      database.run('UPDATE thread SET updated_at = updated_at WHERE number = ?', threadNumber)
    }
    await database.write(`write the thread ${threadId} to the disk`, touch, { durable: true })
  }

  async function close(): Promise<void> {
    pulse[Symbol.dispose]()
    try {
      const release = () => {
        database.run(
          'UPDATE thread SET writer = NULL, holder = NULL WHERE number = ? AND writer = ?',
          threadNumber,
          token,
        )
      }
      await database.write(`close the thread ${threadId}`, release, { durable: fsync !== 'never' })
    } finally {
      onClosed()
    }
  }

  // The database says itself what failed.
  const doing = <Result>(_deed: string, work: () => Promise<Result>) => work()
  return queuedWriter({ threadId, position, now, doing, work: { add, flush, close } })
}
