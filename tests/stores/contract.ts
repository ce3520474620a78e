/** What every store must do alike: one suite, run for each of them. */

import { describe, expect, test } from 'vitest'
import type { FileKey } from '../../src/protocol/ids.ts'
import {
  BadThreadIdError,
  DocumentNotFoundError,
  type StoreWithCache,
  ThreadExistsError,
  ThreadInUseError,
  ThreadNotFoundError,
  type ThreadWriter,
  WriterClosedError,
} from '../../src/stores/index.ts'
import { cacheContract } from './contract-cache.ts'
import { leaseContract } from './contract-lease.ts'
import { metaOf, oneOfEachRecord, says, threadId } from './samples.ts'

export interface StoreUnderTest extends AsyncDisposable {
  readonly store: StoreWithCache
  /** Makes the store believe that the writer of a thread is gone; absent where a store cannot be wrong about that. */
  readonly loseLease?: (threadId: string) => Promise<void>
}

/** A fresh, empty store that asks `now` for the time. */
export type StartStore = (options: { readonly now?: () => number }) => Promise<StoreUnderTest>

export function storeContract(name: string, start: StartStore): void {
  cacheContract(name, start)
  leaseContract(name, start)

  describe(`${name}: threads`, () => {
    test('every kind of record comes back as it was added, after the description of the thread', async () => {
      await using under = await start({})
      const { threads } = under.store
      await using writer = await threads.create(metaOf('one'))

      await writer.append(oneOfEachRecord.slice(0, 4))
      await writer.append([])
      await writer.append(oneOfEachRecord.slice(4))
      await writer.flush()

      expect(await threads.read(threadId('one'))).toEqual([
        { type: 'thread_meta', meta: metaOf('one') },
        ...oneOfEachRecord,
      ])
    })

    test('every text comes back as it was: NUL, halves of surrogate pairs, separators, bytes that look like ends', async () => {
      await using under = await start({})
      const { threads } = under.store
      const texts = [
        '',
        '\0',
        'a\0b',
        '\ud800',
        'x\udfffy',
        '\udc00\ud800',
        '😀',
        '\u2028\u2029\u0085',
        '\r\n\n\r',
        '\ufeff',
        '\\u0000 \\ "}\n{',
        '\uffff\ufffe',
      ]
      const cwd = '/half a \ud800 pair'
      await using writer = await threads.create({ ...metaOf('one'), workingDirectory: cwd })

      for (const text of texts) await writer.append([says(text)])

      expect((await threads.read(threadId('one'))).slice(1)).toEqual(texts.map(says))
      expect((await threads.list())[0]?.meta.workingDirectory).toBe(cwd)
    })

    test('a record of two million characters comes back whole, and others after it', async () => {
      await using under = await start({})
      const { threads } = under.store
      await using writer = await threads.create(metaOf('one'))
      const huge = says('0123456789äöü😀'.repeat(133_334))

      await writer.append([says('before'), huge])
      await writer.append([says('after')])

      const records = await threads.read(threadId('one'))
      expect(records).toHaveLength(4)
      // Not toEqual of the whole: a difference would be printed.
      expect(JSON.stringify(records[2]) === JSON.stringify(huge)).toBe(true)
      expect(records[3]).toEqual(says('after'))
    })

    test('ten thousand records, in large and small batches, come back in order', async () => {
      await using under = await start({})
      const { threads } = under.store
      const records = Array.from({ length: 10_000 }, (_, index) => says(`${index}`))
      {
        await using writer = await threads.create(metaOf('one'))
        await writer.append(records.slice(0, 9_000))
        for (let from = 9_000; from < 9_900; from += 100) await writer.append(records.slice(from, from + 100))
      }

      await using writer = await threads.open(threadId('one'))
      for (const record of records.slice(9_900)) await writer.append([record])

      expect((await threads.read(threadId('one'))).slice(1)).toEqual(records)
    })

    test('appends that are not awaited are kept in the order of their calls, as the records were at the call', async () => {
      await using under = await start({})
      const { threads } = under.store
      await using writer = await threads.create(metaOf('one'))
      const last = { type: 'turn_started' as const, turnId: 'before', options: {} }

      const appends = Array.from({ length: 50 }, (_, index) => writer.append([says(`${index}`)]))
      appends.push(writer.append([last]))
      last.turnId = 'after'
      await Promise.all(appends)

      expect((await threads.read(threadId('one'))).slice(1)).toEqual([
        ...Array.from({ length: 50 }, (_, index) => says(`${index}`)),
        { ...last, turnId: 'before' },
      ])
    })

    test('what a reader does to the records changes nothing for the next reader', async () => {
      await using under = await start({})
      const { threads } = under.store
      await using writer = await threads.create(metaOf('one'))
      await writer.append([says('first')])

      const records = await threads.read(threadId('one'))
      Object.assign(records[1] ?? {}, { type: 'changed' })
      records.length = 1

      expect((await threads.read(threadId('one')))[1]).toEqual(says('first'))
    })

    test('a thread that was closed is opened again and goes on', async () => {
      await using under = await start({})
      const { threads } = under.store
      {
        await using first = await threads.create(metaOf('one'))
        await first.append([says('first')])
      }

      await using second = await threads.open(threadId('one'))
      await second.append([says('second')])

      expect((await threads.read(threadId('one'))).slice(1)).toEqual([says('first'), says('second')])
    })

    test('a writer’s position tells the next one whether anything was added between them', async () => {
      await using under = await start({})
      const { threads } = under.store
      const positions: number[] = []
      const write = async (writer: ThreadWriter, ...texts: string[]) => {
        positions.push(writer.position)
        for (const text of texts) await writer.append([says(text)])
        positions.push(writer.position)
        await writer[Symbol.asyncDispose]()
      }

      await write(await threads.create(metaOf('one')))
      await write(await threads.open(threadId('one')), 'a', 'b')
      await write(await threads.open(threadId('one')), 'c')

      const [created, , opened, grown, again, last] = positions
      expect(created).toBe(positions[1])
      expect(opened).toBe(created)
      expect(grown).toBeGreaterThan(opened ?? Number.NaN)
      expect(again).toBe(grown)
      expect(last).toBeGreaterThan(again ?? Number.NaN)
    })

    test('a thread has one writer: a second is refused, cannot archive or delete, and is let in after the first', async () => {
      await using under = await start({})
      const { threads } = under.store
      const first = await threads.create(metaOf('one'))

      await expect(threads.open(threadId('one'))).rejects.toThrow(ThreadInUseError)
      await expect(threads.archive(threadId('one'))).rejects.toThrow(ThreadInUseError)
      await expect(threads.delete(threadId('one'))).rejects.toThrow(ThreadInUseError)
      await expect(threads.open(threadId('one'))).rejects.toMatchObject({
        code: 'thread_in_use',
        threadId: 'one',
        retryable: true,
      })
      await first[Symbol.asyncDispose]()
      await first[Symbol.asyncDispose]()

      await using second = await threads.open(threadId('one'))
      await second.append([says('second')])
      await expect(first.append([says('late')])).rejects.toThrow(WriterClosedError)
      await expect(first.flush()).rejects.toThrow(WriterClosedError)
      expect(await threads.read(threadId('one'))).toHaveLength(2)
    })

    test('of two that open a thread at once, not both get in', async () => {
      await using under = await start({})
      const { threads } = under.store
      await (await threads.create(metaOf('one')))[Symbol.asyncDispose]()

      const opened = await Promise.allSettled([threads.open(threadId('one')), threads.open(threadId('one'))])

      const refused = opened.filter((outcome) => outcome.status === 'rejected')
      expect(refused.length).toBeGreaterThanOrEqual(1)
      for (const { reason } of refused) expect(reason).toBeInstanceOf(ThreadInUseError)
      for (const outcome of opened) {
        if (outcome.status === 'fulfilled') await outcome.value[Symbol.asyncDispose]()
      }
      await (await threads.open(threadId('one')))[Symbol.asyncDispose]()
    })

    test('an id is taken once, also while its thread is archived', async () => {
      await using under = await start({})
      const { threads } = under.store
      await using _writer = await threads.create(metaOf('one'))
      await (await threads.create(metaOf('two')))[Symbol.asyncDispose]()
      await threads.archive(threadId('two'))

      await expect(threads.create(metaOf('one'))).rejects.toThrow(ThreadExistsError)
      await expect(threads.create(metaOf('two'))).rejects.toThrow(ThreadExistsError)
    })

    test('an id that could lead out of the store is refused for a new thread, and names none that is there', async () => {
      await using under = await start({})
      const { threads } = under.store

      for (const id of ['', '../x', 'a/b', 'a\\b', '.', 'a.b', '-a', 'ä', 'a\n', 'a'.repeat(129)]) {
        await expect(threads.create(metaOf(id))).rejects.toThrow(BadThreadIdError)
        await expect(threads.open(threadId(id))).rejects.toThrow(ThreadNotFoundError)
        await expect(threads.read(threadId(id))).rejects.toThrow(ThreadNotFoundError)
        await threads.delete(threadId(id))
      }
      expect(await threads.list()).toEqual([])
    })

    test('a thread that is not there: read, open and archive say so, delete does not mind', async () => {
      await using under = await start({})
      const { threads } = under.store
      const id = threadId('none')

      await expect(threads.read(id)).rejects.toThrow(ThreadNotFoundError)
      await expect(threads.open(id)).rejects.toThrow(ThreadNotFoundError)
      await expect(threads.archive(id)).rejects.toThrow(ThreadNotFoundError)
      await expect(threads.unarchive(id)).rejects.toThrow(ThreadNotFoundError)
      await expect(threads.delete(id)).resolves.toBeUndefined()
    })

    test('threads are listed newest first; archived ones apart, and readable all the same', async () => {
      await using under = await start({})
      const { threads } = under.store
      const idsOf = async (archived?: boolean) =>
        (await threads.list(archived === undefined ? {} : { archived })).map((summary) => summary.meta.id)
      for (const id of ['one', 'two', 'three']) {
        await using writer = await threads.create(metaOf(id))
        await writer.append([says(id)])
        await passMilliseconds(5)
      }
      {
        await using writer = await threads.open(threadId('one'))
        await writer.append([says('newer')])
      }

      await threads.archive(threadId('two'))
      await threads.archive(threadId('two'))

      expect(await idsOf()).toEqual(['one', 'three'])
      expect(await idsOf(false)).toEqual(['one', 'three'])
      expect(await idsOf(true)).toEqual(['two'])
      expect((await threads.list({ archived: true }))[0]).toMatchObject({
        meta: metaOf('two'),
        archived: true,
      })
      expect(await threads.read(threadId('two'))).toHaveLength(2)

      await threads.unarchive(threadId('two'))
      expect(await idsOf()).toEqual(['one', 'three', 'two'])
      expect(await idsOf(true)).toEqual([])
    })

    test('a deleted thread is gone, archived or not, and its id is free', async () => {
      await using under = await start({})
      const { threads } = under.store
      for (const id of ['one', 'two']) await (await threads.create(metaOf(id)))[Symbol.asyncDispose]()
      await threads.archive(threadId('two'))

      await threads.delete(threadId('one'))
      await threads.delete(threadId('two'))

      expect([...(await threads.list()), ...(await threads.list({ archived: true }))]).toEqual([])
      await using writer = await threads.create(metaOf('one'))
      await writer.append([says('again')])
      expect(await threads.read(threadId('one'))).toHaveLength(2)
    })

    test('a store that is disposed has closed its writers', async () => {
      await using under = await start({})
      const writer = await under.store.threads.create(metaOf('one'))
      const append = writer.append([says('last')])

      await under.store[Symbol.asyncDispose]()

      await append
      await expect(writer.append([says('late')])).rejects.toThrow(WriterClosedError)
    })
  })

  describe(`${name}: documents`, () => {
    test('a document comes back whole and in ranges of bytes, with what there is to know about it', async () => {
      await using under = await start({ now: () => 5_000 })
      const { documents } = under.store

      const info = await documents.put({ content: 'Größe', name: 'size.txt', owner: 'one', ttlMs: 100 })

      expect(info).toEqual({
        fileKey: expect.stringMatching(/^doc_[0-9a-z]{16}$/),
        name: 'size.txt',
        mediaType: 'text/plain',
        bytes: 7,
        owner: 'one',
        createdAt: 5_000,
        expiresAt: 5_100,
      })
      expect(await documents.info(info.fileKey)).toEqual(info)
      const read = async (range?: { offset?: number; limit?: number }) =>
        Buffer.from(await documents.read(info.fileKey, range)).toString('latin1')
      const whole = Buffer.from('Größe').toString('latin1')
      expect(await read()).toBe(whole)
      expect(await read({ offset: 2 })).toBe(whole.slice(2))
      expect(await read({ limit: 2 })).toBe('Gr')
      expect(await read({ offset: 5, limit: 100 })).toBe(whole.slice(5))
      expect(await read({ offset: 100 })).toBe('')
      expect(await read({ offset: -3, limit: 1 })).toBe('G')
    })

    test('bytes are kept as they were at the call', async () => {
      await using under = await start({})
      const { documents } = under.store
      const content = new Uint8Array([0, 255, 10, 13])

      const putting = documents.put({ content, name: 'raw' })
      content.fill(7)
      const { fileKey, mediaType } = await putting
      ;(await documents.read(fileKey)).fill(9)

      expect(mediaType).toBe('application/octet-stream')
      expect([...(await documents.read(fileKey))]).toEqual([0, 255, 10, 13])
    })

    test('any bytes and no bytes, any name and any owner are kept as they are', async () => {
      await using under = await start({})
      const { documents } = under.store
      const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7 + (index >> 8)) & 255)

      const { fileKey } = await documents.put({ content: bytes, name: 'all' })
      const empty = await documents.put({ content: '', name: '' })

      expect(Buffer.compare(await documents.read(fileKey), bytes)).toBe(0)
      expect([...(await documents.read(fileKey, { offset: 255, limit: 3 }))]).toEqual([
        ...bytes.slice(255, 258),
      ])
      expect(await documents.read(empty.fileKey)).toHaveLength(0)
      expect(await documents.info(empty.fileKey)).toMatchObject({
        bytes: 0,
        name: '',
        mediaType: 'text/plain',
      })
      for (const text of ['a:b', 'a', '"', '*', '', 'ä 😀', 'a\0b', '\ud800', '\udfff', '\ufffd']) {
        const info = await documents.put({ content: text, name: text, owner: text })
        expect(info).toMatchObject({ name: text, owner: text })
        expect(await documents.list({ owner: text })).toEqual([info])
      }
    })

    test('a document lives for 30 days, for its own time, or for ever; an expired one is as good as never there', async () => {
      let time = 0
      await using under = await start({ now: () => time })
      const { documents } = under.store
      const usual = await documents.put({ content: 'a', name: 'usual' })
      const short = await documents.put({ content: 'b', name: 'short', ttlMs: 10 })
      const lasting = await documents.put({ content: 'c', name: 'lasting', ttlMs: null })

      time = 10
      await expect(documents.read(short.fileKey)).rejects.toThrow(DocumentNotFoundError)
      await expect(documents.info(short.fileKey)).rejects.toThrow(DocumentNotFoundError)
      time = 30 * 24 * 3_600_000 - 1
      await documents.read(usual.fileKey)
      time += 1
      expect((await documents.list()).map((info) => info.name)).toEqual(['lasting'])
      await expect(documents.read(usual.fileKey)).rejects.toThrow(DocumentNotFoundError)

      time = 0
      await expect(documents.info(usual.fileKey)).rejects.toThrow(DocumentNotFoundError)
      await documents.read(lasting.fileKey)
    })

    test('documents are listed newest first, all or by owner', async () => {
      let time = 0
      await using under = await start({ now: () => time++ })
      const { documents } = under.store
      await documents.put({ content: 'a', name: 'a', owner: 'one' })
      await documents.put({ content: 'b', name: 'b', owner: 'two' })
      await documents.put({ content: 'c', name: 'c', owner: 'one' })

      expect((await documents.list()).map((info) => info.name)).toEqual(['c', 'b', 'a'])
      expect((await documents.list({ owner: 'one' })).map((info) => info.name)).toEqual(['c', 'a'])
      expect(await documents.list({ owner: 'three' })).toEqual([])
    })

    test('a deleted document is gone, and a key that could lead out of the store names none', async () => {
      await using under = await start({})
      const { documents } = under.store
      const { fileKey } = await documents.put({ content: 'a', name: 'a' })

      await documents.delete(fileKey)
      await documents.delete(fileKey)

      for (const key of [fileKey, '', '../threads/one', 'doc_', `${fileKey}.json`]) {
        await expect(documents.read(key as FileKey)).rejects.toThrow(DocumentNotFoundError)
        await expect(documents.info(key as FileKey)).rejects.toMatchObject({ code: 'document_not_found' })
        await documents.delete(key as FileKey)
      }
    })
  })
}

/** Lets the clock of the file system move on, which some file stores sort by. */
function passMilliseconds(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
