/** The right to write a thread of a database, held by one writer at a time. */

import { randomUUID } from 'node:crypto'
import { type ThreadHolder, ThreadInUseError, ThreadNotFoundError } from '../errors.ts'
import { asProcessLife, holderOf, isOnThisHost, mayBeAlive, ownLife } from '../process-life.ts'
import type { Database, Row } from './database.ts'

/** A writer says so often that it is still there; one of another host that has not for `LEASE_MS` is gone. */
export const RENEW_MS = 20_000
const LEASE_MS = 3 * RENEW_MS

/** A thread as its lease sees it. */
export interface LeasedThread {
  readonly number: number
  /** The token of the writer; null where nobody writes it. */
  readonly writer: string | null
}

/** What a row of a new lease says. */
export interface NewLease {
  readonly token: string
  readonly holder: string
}

export async function newLease(): Promise<NewLease> {
  return { token: randomUUID(), holder: JSON.stringify(await ownLife()) }
}

/**
 * The thread, with a writer that is gone or none.
 *
 * Whoever goes on from here does so only while `writer` is still the same: meanwhile another may have come.
 *
 * @throws {ThreadNotFoundError}
 * @throws {ThreadInUseError} Its writer is still there.
 */
export async function findUnheld(database: Database, deed: string, id: string): Promise<LeasedThread> {
  const row = await database.read(deed, () =>
    database.row('SELECT number, writer, holder, epoch, renewed_at FROM thread WHERE id = ?', id),
  )
  if (row === null) throw new ThreadNotFoundError(id)
  const { number, writer } = row
  if (typeof writer !== 'string') return { number: Number(number), writer: null }
  if (await isStillThere(row)) throw new ThreadInUseError(id, holderIn(row))
  return { number: Number(number), writer }
}

/** Null where the row names no process. */
export function holderIn(row: Row): ThreadHolder | null {
  const life = asProcessLife(parsed(row.holder))
  return life === null ? null : holderOf(life, Number(row.epoch))
}

async function isStillThere(row: Row): Promise<boolean> {
  const life = asProcessLife(parsed(row.holder))
  if (life !== null && isOnThisHost(life)) return mayBeAlive(life)
  // It cannot be asked. Should it only have slept, its next append is refused.
  return Date.now() - Number(row.renewed_at) < LEASE_MS
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
