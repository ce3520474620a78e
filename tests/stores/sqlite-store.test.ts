/** The store in one SQLite file: the suite for all stores, and what only a database can suffer. */

import { mkdir, readdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { OptionError } from '../../src/protocol/index.ts'
import {
  StoreClosedError,
  StoreVersionError,
  sqliteStore,
  WriterClosedError,
} from '../../src/stores/index.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { storeContract } from './contract.ts'
import { metaOf, says, threadId } from './samples.ts'

storeContract('sqlite', async (options) => {
  const folder = await tempFolder()
  const file = path.join(folder.path, 'state', 'store.db')
  const store = sqliteStore(file, options)
  return {
    store,
    async loseLease(id) {
      using database = new DatabaseSync(file)
      database.prepare('UPDATE thread SET writer = NULL WHERE id = ?').run(id)
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
})

const one = threadId('one')

/** A fresh folder with the path of a database that is not there yet. */
async function freshFile(): Promise<AsyncDisposable & { readonly file: string }> {
  const folder = await tempFolder()
  return {
    file: path.join(folder.path, 'state', 'store.db'),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

describe('the file', () => {
  test('is not touched before the first use, and is its owner’s alone with all that stands beside it', async () => {
    await using fresh = await freshFile()
    const folder = path.dirname(fresh.file)
    await using store = sqliteStore(fresh.file)
    expect(await readdir(path.dirname(folder))).toEqual([])

    await using _writer = await store.threads.create(metaOf('one'))

    const names = await readdir(folder)
    expect(names.sort()).toEqual(['store.db', 'store.db-shm', 'store.db-wal'])
    for (const name of names) expect((await stat(path.join(folder, name))).mode & 0o777).toBe(0o600)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  test('is one whole file when the store is closed, which then says that it is', async () => {
    await using fresh = await freshFile()
    const store = sqliteStore(fresh.file)
    const writer = await store.threads.create(metaOf('one'))

    await store[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()

    expect(await readdir(path.dirname(fresh.file))).toEqual(['store.db'])
    await expect(writer.append([says('late')])).rejects.toThrow(WriterClosedError)
    await expect(store.threads.list()).rejects.toThrow(StoreClosedError)
    await expect(store.cache.get('a')).rejects.toThrow(StoreClosedError)
    await using again = sqliteStore(fresh.file)
    expect(await again.threads.list()).toHaveLength(1)
  })

  test('of a later version, of another program, or no database at all is refused, and left as it is', async () => {
    await using fresh = await freshFile()
    await using folder = await tempFolder()
    const [other, text] = [path.join(folder.path, 'other.db'), path.join(folder.path, 'notes.txt')]
    await (await sqliteStore(fresh.file).threads.create(metaOf('one')))[Symbol.asyncDispose]()
    {
      using database = new DatabaseSync(fresh.file)
      database.exec('PRAGMA user_version = 99')
      using foreign = new DatabaseSync(other)
      foreign.exec('CREATE TABLE mine (a)')
    }
    await writeFile(text, 'Not a database. '.repeat(100))

    await expect(sqliteStore(fresh.file).threads.list()).rejects.toThrow(StoreVersionError)
    await expect(sqliteStore(fresh.file).threads.list()).rejects.toMatchObject({
      code: 'store_version',
      path: fresh.file,
      version: 99,
      versionMax: 1,
    })
    await expect(sqliteStore(other).threads.list()).rejects.toThrow(OptionError)
    await expect(sqliteStore(text).threads.list()).rejects.toMatchObject({ code: 'store_failed', path: text })
    expect(await readFile(text, 'utf8')).toBe('Not a database. '.repeat(100))
    using foreign = new DatabaseSync(other)
    expect(foreign.prepare('SELECT name FROM sqlite_schema').all()).toHaveLength(1)
  })

  test('that cannot be opened at first can be later', async () => {
    await using fresh = await freshFile()
    await mkdir(fresh.file, { recursive: true })
    await using store = sqliteStore(fresh.file)

    await expect(store.threads.list()).rejects.toMatchObject({ code: 'store_failed' })
    await rmdir(fresh.file)

    expect(await store.threads.list()).toEqual([])
  })

  test('must be a file', () => {
    for (const name of ['', ':memory:']) expect(() => sqliteStore(name)).toThrow(/^file: .* memoryStore\(\)/)
  })

  test('that another connection is writing is waited for, and the process goes on meanwhile', async () => {
    await using fresh = await freshFile()
    await using store = sqliteStore(fresh.file)
    await using writer = await store.threads.create(metaOf('one'))
    using other = new DatabaseSync(fresh.file)
    other.exec('BEGIN IMMEDIATE')

    const append = writer.append([says('waits')])
    const document = store.documents.put({ content: 'waits', name: 'waits' })
    expect(await store.threads.read(one)).toHaveLength(1)
    other.exec('COMMIT')
    await Promise.all([append, document])

    expect(await store.threads.read(one)).toHaveLength(2)
  })

  test('made by several stores at once is made once', async () => {
    await using fresh = await freshFile()
    const stores = Array.from({ length: 5 }, () => sqliteStore(fresh.file))

    const made = await Promise.allSettled(stores.map(({ threads }) => threads.create(metaOf('one'))))

    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of made) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'thread_exists' })
    }
    for (const store of stores) await store[Symbol.asyncDispose]()
  })
})

test('a writer of a process that died is followed at once, one of another host when it has been silent', async () => {
  await using fresh = await freshFile()
  await using store = sqliteStore(fresh.file)
  await (await store.threads.create(metaOf('one')))[Symbol.asyncDispose]()
  const hold = (host: string, renewedAt: number) => {
    using database = new DatabaseSync(fresh.file)
    const holder = JSON.stringify({ pid: 2 ** 22 + 1, host, born: null })
    database.prepare(`UPDATE thread SET writer = 'other', holder = ?, renewed_at = ?`).run(holder, renewedAt)
  }

  hold(hostname(), Date.now())
  await (await store.threads.open(one))[Symbol.asyncDispose]()
  hold('elsewhere', Date.now())
  await expect(store.threads.open(one)).rejects.toMatchObject({ holder: { host: 'elsewhere', epoch: 2 } })
  hold('elsewhere', Date.now() - 10 * 60_000)
  await using writer = await store.threads.open(one)
  await writer.append([says('mine')])

  expect((await store.threads.read(one)).at(-1)).toEqual(says('mine'))
})

test('a record that was damaged is named by file and number', async () => {
  await using fresh = await freshFile()
  await using store = sqliteStore(fresh.file)
  await using writer = await store.threads.create(metaOf('one'))
  await writer.append([says('first'), says('second')])
  using database = new DatabaseSync(fresh.file)
  database.exec(`UPDATE record SET line = '{"type":' WHERE number = 2`)

  await expect(store.threads.read(one)).rejects.toMatchObject({
    code: 'thread_damaged',
    file: fresh.file,
    line: 2,
  })
})
