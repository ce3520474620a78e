/** Opens a database and gives the stores in it. */

import { isCodexError } from '../../protocol/errors.ts'
import { StoreFailedError } from '../errors.ts'
import type { OpenStore } from '../late-store.ts'
import type { Fsync } from '../ports.ts'
import { sqliteShelf } from './cache.ts'
import { Database } from './database.ts'
import { sqliteDocumentStore } from './document-store.ts'
import { sqliteThreadStore } from './thread-store.ts'

export async function openSqliteStore(
  file: string,
  options: { readonly now: () => number; readonly fsync: Fsync },
): Promise<OpenStore> {
  const database = await openDatabase(file)
  const threads = sqliteThreadStore(database, options)
  return {
    threads,
    documents: sqliteDocumentStore(database, options),
    shelf: sqliteShelf(database, options),
    async [Symbol.asyncDispose]() {
      try {
        await threads[Symbol.asyncDispose]()
      } finally {
        database[Symbol.dispose]()
      }
    },
  }
}

async function openDatabase(file: string): Promise<Database> {
  try {
    return await Database.open(file)
  } catch (error) {
    throw isCodexError(error) ? error : new StoreFailedError('open the store', file, error)
  }
}
