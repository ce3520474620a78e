/** Documents as rows of a database. */

import { describeDocument, isExpired, rangeWithin } from '../document.ts'
import { DocumentNotFoundError } from '../errors.ts'
import { newestDocumentFirst } from '../order.ts'
import type { DocumentInfo, DocumentStore, Fsync } from '../ports.ts'
import type { Database, Row } from './database.ts'

export function sqliteDocumentStore(
  database: Database,
  { now, fsync }: { readonly now: () => number; readonly fsync: Fsync },
): DocumentStore {
  function removeExpired(): void {
    database.run('DELETE FROM document WHERE expires_at <= ?', now())
  }

  async function find(deed: string, fileKey: string): Promise<DocumentInfo> {
    const row = await database.read(deed, () =>
      database.row('SELECT info FROM document WHERE file_key = ?', fileKey),
    )
    if (row === null) throw new DocumentNotFoundError(fileKey)
    const info = infoIn(row)
    if (!isExpired(info, now())) return info
    await database.write(deed, removeExpired)
    throw new DocumentNotFoundError(fileKey)
  }

  return {
    async put(document) {
      const { info, bytes } = describeDocument(document, now())
      const work = () => {
        removeExpired()
        database.run(
          'INSERT INTO document (file_key, owner, expires_at, info, content) VALUES (?, ?, ?, ?, ?)',
          info.fileKey,
          ownerColumn(info.owner),
          info.expiresAt,
          JSON.stringify(info),
          bytes,
        )
      }
      await database.write(`store the document ${JSON.stringify(info.name)}`, work, {
        durable: fsync !== 'never',
      })
      return info
    },

    info: (fileKey) => find(`look up the document ${fileKey}`, fileKey),

    async read(fileKey, range) {
      const deed = `read the document ${fileKey}`
      const info = await find(deed, fileKey)
      const { start, length } = rangeWithin(info.bytes, range)
      const row = await database.read(deed, () =>
        database.row(
          'SELECT substr(content, ?, ?) AS part FROM document WHERE file_key = ?',
          start + 1,
          length,
          fileKey,
        ),
      )
      if (row === null) throw new DocumentNotFoundError(fileKey)
      // No bytes at all are NULL to SQLite.
      return row.part instanceof Uint8Array ? row.part : new Uint8Array()
    },

    async list({ owner } = {}) {
      const deed = 'list the documents'
      const rows = await database.read(deed, () =>
        owner === undefined
          ? database.rows('SELECT info FROM document')
          : database.rows('SELECT info FROM document WHERE owner = ?', ownerColumn(owner)),
      )
      const found = rows.map(infoIn)
      const present = found.filter((info) => !isExpired(info, now()))
      if (present.length < found.length) await database.write(deed, removeExpired)
      return present.sort(newestDocumentFirst)
    },

    async delete(fileKey) {
      await database.write(`delete the document ${fileKey}`, () => {
        database.run('DELETE FROM document WHERE file_key = ?', fileKey)
      })
    },

    async [Symbol.asyncDispose]() {},
  }
}

function ownerColumn(owner: string | null): string | null {
  return owner === null ? null : JSON.stringify(owner)
}

function infoIn(row: Row): DocumentInfo {
  // The writer was we.
  return JSON.parse(String(row.info)) as DocumentInfo
}
