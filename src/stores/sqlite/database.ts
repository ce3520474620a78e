/** One connection to a store's database: transactions that wait their turn without stopping the process. */

import { open } from 'node:fs/promises'
import path from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { isCodexError, OptionError } from '../../protocol/errors.ts'
import { StoreClosedError, StoreFailedError, StoreVersionError } from '../errors.ts'
import { makeFolder } from '../file/disk.ts'
import { loadSqlite } from './driver.ts'
import { APPLICATION_ID, MIGRATIONS } from './schema.ts'

/** How long to try again while other processes write; a write of ours takes far less than a millisecond. */
const BUSY_MS_MAX = 10_000
const BUSY_WAIT_MS_MAX = 50

const SQLITE_BUSY = 5

/** A value of a column, in or out. */
export type Column = string | number | null | Uint8Array

export interface Row {
  readonly [column: string]: unknown
}

export class Database implements Disposable {
  readonly file: string
  readonly #connection: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #isDurable: boolean

  private constructor(file: string, connection: DatabaseSync, isDurable: boolean) {
    this.file = file
    this.#connection = connection
    this.#isDurable = isDurable
  }

  /**
   * Open or make a database that only its owner may read.
   *
   * @throws {OptionError} The file is another program's.
   * @throws {StoreVersionError} A later version of this library made it.
   */
  static async open(file: string): Promise<Database> {
    const { DatabaseSync } = loadSqlite()
    await makeFolder(path.dirname(file))
    // SQLite would make it readable for all; the files that it puts beside it take their mode from this one.
    await (await open(file, 'a', 0o600)).close()
    // No waiting inside SQLite, which would stop the whole process: `#settle` waits.
    const connection = new DatabaseSync(file, { timeout: 0, enableForeignKeyConstraints: true })
    const database = new Database(file, connection, true)
    try {
      await database.#prepareFile()
      return database
    } catch (error) {
      connection.close()
      throw error
    }
  }

  /** The one row, or null. */
  row(sql: string, ...values: readonly Column[]): Row | null {
    return this.#statement(sql).get(...values) ?? null
  }

  rows(sql: string, ...values: readonly Column[]): Row[] {
    return this.#statement(sql).all(...values)
  }

  /** @returns How many rows it changed, and the number of the row it added last. */
  run(sql: string, ...values: readonly Column[]): { changes: number; lastNumber: number } {
    const { changes, lastInsertRowid } = this.#statement(sql).run(...values)
    return { changes: Number(changes), lastNumber: Number(lastInsertRowid) }
  }

  /** Do what only reads; it runs in one go. */
  read<Result>(deed: string, work: () => Result): Promise<Result> {
    return this.#doing(deed, () => this.#settle(work))
  }

  /**
   * Do what changes something, all or none; it runs in one go, and perhaps twice.
   *
   * @param options `durable`: done means on the disk itself, and with it everything before.
   */
  write<Result>(
    deed: string,
    work: () => Result,
    { durable = false }: { readonly durable?: boolean } = {},
  ): Promise<Result> {
    return this.#doing(deed, () =>
      this.#settle(() => {
        this.#setDurable(durable)
        return this.#transact(work)
      }),
    )
  }

  [Symbol.dispose](): void {
    this.#statements.clear()
    if (this.#connection.isOpen) this.#connection.close()
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#connection.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #transact<Result>(work: () => Result): Result {
    // The right to write at once: a transaction that reads first and then finds another writing would have to begin anew.
    this.#connection.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#connection.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK')
      throw error
    }
  }

  /** In WAL mode NORMAL leaves the commit to the kernel, and FULL waits for the disk. */
  #setDurable(durable: boolean): void {
    if (durable === this.#isDurable) return
    this.#connection.exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`)
    this.#isDurable = durable
  }

  async #prepareFile(): Promise<void> {
    await this.#settle(() => this.#checkOwner())
    await this.#settle(() => this.#connection.exec('PRAGMA journal_mode = WAL'))
    await this.#settle(() => this.#transact(() => this.#migrate()))
  }

  #checkOwner(): void {
    const owner = this.#number('PRAGMA application_id')
    const isEmpty = this.#number('SELECT count(*) FROM sqlite_schema') === 0
    if (owner === APPLICATION_ID || (owner === 0 && isEmpty)) return
    throw new OptionError('file', `${this.file} is a database of another program. Name another file.`)
  }

  #migrate(): void {
    this.#checkOwner()
    const version = this.#number('PRAGMA user_version')
    const versionMax = MIGRATIONS.length
    if (version > versionMax) throw new StoreVersionError({ path: this.file, version, versionMax })
    if (version === versionMax) return
    for (const step of MIGRATIONS.slice(version)) this.#connection.exec(step)
    this.#connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${versionMax}`)
  }

  #number(sql: string): number {
    // Not kept: a statement that outlives a change of the schema would have to be made anew.
    return Number(Object.values(this.#connection.prepare(sql).get() ?? {})[0])
  }

  async #settle<Result>(work: () => Result): Promise<Result> {
    const end = performance.now() + BUSY_MS_MAX
    for (let wait = 1; ; wait = Math.min(wait * 2, BUSY_WAIT_MS_MAX)) {
      try {
        return work()
      } catch (error) {
        if (!isBusy(error) || performance.now() > end) throw error
      }
      // By chance, so that those who were refused together do not return together.
      await sleep(wait * (0.5 + Math.random()))
    }
  }

  async #doing<Result>(deed: string, work: () => Promise<Result>): Promise<Result> {
    if (!this.#connection.isOpen) throw new StoreClosedError()
    try {
      return await work()
    } catch (error) {
      if (isCodexError(error)) throw error
      // Closed while it waited for its turn.
      throw this.#connection.isOpen ? new StoreFailedError(deed, this.file, error) : new StoreClosedError()
    }
  }
}

/** Any of SQLite's ways to say that another connection is in the way. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false
  return typeof error.errcode === 'number' && (error.errcode & 0xff) === SQLITE_BUSY
}
