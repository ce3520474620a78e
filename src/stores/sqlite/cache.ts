/** Cached texts as rows of a database. */

import { CLAIM_MS, type Shelf } from '../cache.ts'
import type { Database } from './database.ts'

/** @param options `now`: milliseconds since 1970. */
export function sqliteShelf(database: Database, { now }: { readonly now: () => number }): Shelf {
  const writing = 'write the cache'

  return {
    async read(key) {
      const row = await database.read('read the cache', () =>
        database.row('SELECT text, expires_at FROM cache WHERE key = ?', key),
      )
      return row === null ? null : { text: String(row.text), expiresAt: Number(row.expires_at) }
    },

    async write(key, { text, expiresAt }) {
      await database.write(writing, () => {
        // Nobody asks for most values again.
        database.run('DELETE FROM cache WHERE expires_at <= ?', now())
        database.run(
          'INSERT OR REPLACE INTO cache (key, text, expires_at) VALUES (?, ?, ?)',
          key,
          text,
          expiresAt,
        )
      })
    },

    async remove(key) {
      await database.write(writing, () => {
        database.run('DELETE FROM cache WHERE key = ?', key)
      })
    },

    async claim(key, token) {
      const time = Date.now()
      const { changes } = await database.write(writing, () =>
        database.run(
          `INSERT INTO claim (key, token, ends_at) VALUES (?, ?, ?)
           ON CONFLICT (key) DO UPDATE SET token = excluded.token, ends_at = excluded.ends_at
           WHERE claim.token = excluded.token OR claim.ends_at <= ?`,
          key,
          token,
          time + CLAIM_MS,
          time,
        ),
      )
      return changes > 0
    },

    async release(key, token) {
      await database.write(writing, () => {
        database.run('DELETE FROM claim WHERE key = ? AND token = ?', key, token)
      })
    },
  }
}
