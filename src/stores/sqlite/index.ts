/** A store that keeps everything in one SQLite file. */

import path from 'node:path'
import { OptionError } from '../../protocol/errors.ts'
import { checkFsync } from '../fsync.ts'
import { lateStore } from '../late-store.ts'
import type { Fsync, StoreWithCache } from '../ports.ts'

export interface SqliteStoreOptions {
  /**
   * `never` unless given: what was added survives the process, and a crash of the machine may take the last seconds.
   * `turn`: new threads, turns that have ended and documents survive that, too. `always`: every append does.
   */
  readonly fsync?: Fsync
  /** Milliseconds since 1970; the machine's clock unless given. */
  readonly now?: () => number
}

/**
 * Threads, documents and a cache in one file, which several processes of one machine may share.
 *
 * @param file Relative to the current directory, or absolute. Nothing is looked at, made or loaded before the first use.
 */
export function sqliteStore(file: string, options: SqliteStoreOptions = {}): StoreWithCache {
  const { fsync = 'never', now = Date.now } = options
  checkFsync(fsync)
  if (file === '' || file.startsWith(':')) {
    throw new OptionError(
      'file',
      `${JSON.stringify(file)} is no file. For a store without one, use memoryStore().`,
    )
  }
  const place = path.resolve(file)
  const store = lateStore(async () => {
    const { openSqliteStore } = await import('./open.ts')
    return openSqliteStore(place, { now, fsync })
  }, now)
  // SQLite keeps what it has not yet moved into the file in two others.
  return Object.assign(store, { places: [place, `${place}-wal`, `${place}-shm`] })
}
