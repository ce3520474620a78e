/** The store that lives in a folder: the suite for all stores, and what only files can suffer. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileStore, type Store, ThreadDamagedError, ThreadInUseError } from '../../src/stores/index.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { storeContract } from './contract.ts'
import { metaOf, oneOfEachRecord, says, threadId } from './samples.ts'

storeContract('files', async (options) => {
  const folder = await tempFolder()
  const store = fileStore(path.join(folder.path, 'state'), options)
  return {
    store,
    async loseLease(id) {
      const locks = path.join(folder.path, 'state', 'threads', 'locks')
      for (const name of await readdir(locks)) if (name.startsWith(`${id}.`)) await rm(path.join(locks, name))
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
})

const one = threadId('one')

/** A store with one closed thread that has three messages after its first line. */
async function storeWithThread(folder: string): Promise<{ store: Store; file: string }> {
  const store = fileStore(folder)
  await using writer = await store.threads.create(metaOf('one'))
  await writer.append([says('first'), says('second'), says('third')])
  return { store, file: path.join(folder, 'threads', 'one.jsonl') }
}

async function appendOne(store: Store, text: string): Promise<void> {
  await using writer = await store.threads.open(one)
  await writer.append([says(text)])
}

describe('the folder', () => {
  test('is not touched before the first thread or document', async () => {
    await using folder = await tempFolder()
    const state = path.join(folder.path, 'state')

    const store = fileStore(state)
    await store.threads.list()
    await store.documents.list()
    await store.threads.read(one).catch(() => {})
    await store.threads.delete(one)
    await store[Symbol.asyncDispose]()

    expect(await readdir(folder.path)).toEqual([])
  })

  test.runIf(process.platform === 'linux')('that cannot be made is refused at once', async () => {
    const store = fileStore('/proc/no-such-folder')

    const failures = await Promise.allSettled([
      store.threads.create(metaOf('one')),
      store.documents.put({ content: 'x', name: 'a' }),
    ])

    for (const failure of failures) {
      expect(failure).toMatchObject({ status: 'rejected', reason: { code: 'store_failed' } })
    }
  })

  test('that is a file is refused', async () => {
    await using folder = await tempFolder({ 'threads/locks': 'a file' })
    const store = fileStore(folder.path)

    await expect(store.threads.create(metaOf('one'))).rejects.toMatchObject({ code: 'store_failed' })
  })

  test.skipIf(process.platform === 'win32')('and all in it is its owner’s alone', async () => {
    await using folder = await tempFolder()
    const state = path.join(folder.path, 'state')
    const { store } = await storeWithThread(state)
    await store.documents.put({ content: 'secret', name: 'a' })
    await using _writer = await store.threads.open(one)

    const modes = new Set<string>()
    for (const entry of [
      state,
      ...(await readdir(state, { recursive: true })).map((name) => path.join(state, name)),
    ]) {
      const info = await stat(entry)
      modes.add(`${info.isDirectory() ? 'folder' : 'file'} ${(info.mode & 0o777).toString(8)}`)
    }

    expect([...modes].sort()).toEqual(['file 600', 'folder 700'])
  })

  test('a disk that refuses gives an error that names the deed and the path, with its cause', async () => {
    await using folder = await tempFolder({ state: 'a file where the folder should be' })
    const store = fileStore(path.join(folder.path, 'state'))

    await expect(store.threads.create(metaOf('one'))).rejects.toMatchObject({
      code: 'store_failed',
      path: path.join(folder.path, 'state', 'threads'),
      cause: expect.objectContaining({ code: expect.stringMatching(/ENOTDIR|EEXIST/) }),
    })
    await expect(store.documents.put({ content: '', name: 'a' })).rejects.toThrow(
      /Could not store the document/,
    )
  })
})

describe('a thread file', () => {
  test('is one line of JSON for each record, with its time', async () => {
    await using folder = await tempFolder()
    const store = fileStore(folder.path, { now: () => Date.UTC(2026, 10, 21, 9, 30) })
    await using writer = await store.threads.create(metaOf('one'))
    await writer.append(oneOfEachRecord)

    const text = await readFile(path.join(folder.path, 'threads', 'one.jsonl'), 'utf8')

    expect(text.endsWith('\n')).toBe(true)
    const lines = text.trimEnd().split('\n')
    expect(lines).toHaveLength(oneOfEachRecord.length + 1)
    expect(lines[0]).toBe(
      '{"t":"2026-11-21T09:30:00.000Z","type":"thread_meta",' +
        '"meta":{"id":"one","createdAt":1000,"workingDirectory":"/project"}}',
    )
  })

  test('cut at any byte of its last record keeps all before it, and can be written again', async () => {
    await using folder = await tempFolder()
    const { store, file } = await storeWithThread(folder.path)
    const whole = await readFile(file)
    const lastLine = whole.lastIndexOf(0x0a, whole.length - 2) + 1

    for (let length = lastLine; length < whole.length; length += 1) {
      await writeFile(file, whole.subarray(0, length))
      // Without its newline the last record is whole all the same.
      const kept =
        length === whole.length - 1
          ? [says('first'), says('second'), says('third')]
          : [says('first'), says('second')]
      expect((await store.threads.read(one)).slice(1)).toEqual(kept)

      await using writer = await store.threads.open(one)
      await writer.append([says('after')])
      await writer.append([says('and on')])
      expect((await store.threads.read(one)).slice(1)).toEqual([...kept, says('after'), says('and on')])
      expect(await readFile(file, 'utf8')).not.toContain('\n\n')
    }
  })

  test('is not changed by reading or opening it, only by the next append', async () => {
    await using folder = await tempFolder()
    const { store, file } = await storeWithThread(folder.path)
    await appendFile(file, '{"t":"2026')
    const torn = await readFile(file, 'utf8')

    await store.threads.read(one)
    await (await store.threads.open(one))[Symbol.asyncDispose]()

    expect(await readFile(file, 'utf8')).toBe(torn)
  })

  test('with a last line of zeros or blank lines at its end, as a power cut leaves them, is read and written on', async () => {
    await using folder = await tempFolder()
    for (const rest of [
      '\0'.repeat(40_000),
      '\n\n',
      '\r\n',
      `${' '.repeat(3)}\n`,
      '{"type":"unheard_of"}\n',
    ]) {
      const state = path.join(folder.path, `${Math.random()}`)
      const { store, file } = await storeWithThread(state)
      await appendFile(file, rest)

      expect(await store.threads.read(one)).toHaveLength(4)
      await appendOne(store, 'after')

      expect((await store.threads.read(one)).at(-1)).toEqual(says('after'))
      expect(await store.threads.read(one)).toHaveLength(5)
    }
  })

  test('with a last record longer than any block is cut off and written on', async () => {
    await using folder = await tempFolder()
    const { store, file } = await storeWithThread(folder.path)
    await appendOne(store, 'x'.repeat(100_000))
    await truncate(file, (await stat(file)).size - 10)

    await appendOne(store, 'after')

    expect((await store.threads.read(one)).slice(3)).toEqual([says('third'), says('after')])
  })

  test('damaged before its last line names the file and the line, and what is wrong with it', async () => {
    await using folder = await tempFolder()
    const { store, file } = await storeWithThread(folder.path)
    const lines = (await readFile(file, 'utf8')).split('\n')
    const check = async (line: number, text: string, problem: RegExp) => {
      await writeFile(file, lines.map((old, index) => (index === line - 1 ? text : old)).join('\n'))
      const failure = await store.threads.read(one).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(ThreadDamagedError)
      expect(failure).toMatchObject({ file, line, threadId: 'one', code: 'thread_damaged' })
      expect(String(failure)).toMatch(problem)
    }

    await check(2, '{"type":"response_', /line 2: it is not a JSON object/)
    await check(3, '{"type":"unheard_of"}', /line 3: type: /)
    await check(3, '{"type":"response_item","item":{"type":"function_call","name":"x"}}', /item\.call_id/)
    await check(1, '', /line 1: the description of the thread is missing/)
    await check(1, 'nonsense', /line 1: it is not a JSON object/)
  })

  test('whose first line is torn does not stand in the way of a list', async () => {
    await using folder = await tempFolder()
    const { store } = await storeWithThread(folder.path)
    await writeFile(path.join(folder.path, 'threads', 'torn.jsonl'), '{"t":"2026-11-2')
    await writeFile(path.join(folder.path, 'threads', 'empty.jsonl'), '')
    await writeFile(path.join(folder.path, 'threads', 'not a thread.txt'), '')

    expect((await store.threads.list()).map((summary) => summary.meta.id)).toEqual(['one'])
    await expect(store.threads.read(threadId('torn'))).rejects.toThrow(ThreadDamagedError)
  })

  test('moves into the archive and back', async () => {
    await using folder = await tempFolder()
    const { store } = await storeWithThread(folder.path)

    await store.threads.archive(one)
    expect(await readdir(path.join(folder.path, 'threads', 'archived'))).toEqual(['one.jsonl'])

    await store.threads.unarchive(one)
    expect(await readdir(path.join(folder.path, 'threads', 'archived'))).toEqual([])
  })
})

describe('pain 25: two processes on one thread', () => {
  const locksIn = (folder: string) => readdir(path.join(folder, 'threads', 'locks'))

  /** A process of its own that writes the thread `one` until it is killed. */
  async function startWriter(folder: string): Promise<ChildProcess & AsyncDisposable> {
    const program = path.join(import.meta.dirname, '../fixtures/hold-thread.ts')
    const child = spawn(process.execPath, [program, folder, 'one'], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    return Object.assign(child, {
      async [Symbol.asyncDispose]() {
        if (child.exitCode !== null || child.signalCode !== null) return
        const exit = once(child, 'exit')
        child.kill('SIGKILL')
        await exit
      },
    })
  }

  test('the second is told which process holds it; when that one dies, the thread is taken over whole', async () => {
    await using folder = await tempFolder()
    const { store } = await storeWithThread(folder.path)
    const writer = await startWriter(folder.path)

    const refusal = await store.threads.open(one).catch((error: unknown) => error)

    expect(refusal).toBeInstanceOf(ThreadInUseError)
    expect(refusal).toMatchObject({ holder: { pid: writer.pid, host: hostname(), epoch: 1 } })
    expect(String(refusal)).toContain('one.1.lock')

    await writer[Symbol.asyncDispose]()
    await appendOne(store, 'taken over')
    const texts = (await store.threads.read(one)).slice(4).map((record) => JSON.stringify(record))
    const theirs = texts.length - 1
    expect(theirs).toBeGreaterThan(0)
    expect(texts.slice(0, -1)).toEqual(
      Array.from({ length: theirs }, (_, index) => JSON.stringify(says(`${index}`))),
    )
    expect(texts.at(-1)).toBe(JSON.stringify(says('taken over')))
    expect(await locksIn(folder.path)).toEqual([])
  })

  test('a lock of a process that died is taken over under the next epoch, one of another host is not', async () => {
    await using folder = await tempFolder()
    const { store } = await storeWithThread(folder.path)
    const lockFile = path.join(folder.path, 'threads', 'locks', 'one.7.lock')
    const lock = { pid: 2 ** 22 + 1, host: hostname(), epoch: 7, born: null }

    await writeFile(lockFile, JSON.stringify(lock))
    {
      await using _writer = await store.threads.open(one)
      expect(await locksIn(folder.path)).toEqual(['one.8.lock'])
    }
    await writeFile(lockFile, JSON.stringify({ ...lock, host: 'elsewhere' }))

    await expect(store.threads.open(one)).rejects.toMatchObject({ holder: { host: 'elsewhere', epoch: 7 } })
    await expect(store.threads.delete(one)).rejects.toThrow(ThreadInUseError)
    expect(await locksIn(folder.path)).toEqual(['one.7.lock'])
  })

  test.runIf(process.platform === 'linux')(
    'a process that has the number of a dead one is not taken for it',
    async () => {
      await using folder = await tempFolder()
      const { store } = await storeWithThread(folder.path)
      const lock = { pid: process.pid, host: hostname(), epoch: 1, born: '1' }
      await writeFile(path.join(folder.path, 'threads', 'locks', 'one.1.lock'), JSON.stringify(lock))

      await appendOne(store, 'mine')

      expect((await store.threads.read(one)).at(-1)).toEqual(says('mine'))
    },
  )

  test('a lock that is being written keeps others out, one that was never written does not', async () => {
    await using folder = await tempFolder()
    const { store } = await storeWithThread(folder.path)
    const lockFile = path.join(folder.path, 'threads', 'locks', 'one.1.lock')

    await writeFile(lockFile, '')
    await expect(store.threads.open(one)).rejects.toMatchObject({ holder: null })
    await writeFile(lockFile, '{"pid":')

    await appendOne(store, 'mine')
    expect(await locksIn(folder.path)).toEqual([])
  })

  test('a lock of a thread is not one of another thread whose id begins alike', async () => {
    await using folder = await tempFolder()
    const { store } = await storeWithThread(folder.path)
    await using _other = await store.threads.create(metaOf('one-more'))

    await appendOne(store, 'free')

    expect(await locksIn(folder.path)).toEqual(['one-more.1.lock'])
  })
})

test('a document whose description a power cut took is as good as never there, and stands in no other’s way', async () => {
  await using folder = await tempFolder()
  const store = fileStore(folder.path)
  const whole = await store.documents.put({ content: 'whole', name: 'whole' })
  const torn = await store.documents.put({ content: 'torn', name: 'torn' })
  for (const rest of ['', '{"fileKey":', '\0\0', '{}']) {
    await writeFile(path.join(folder.path, 'documents', `${torn.fileKey}.json`), rest)

    await expect(store.documents.read(torn.fileKey)).rejects.toMatchObject({ code: 'document_not_found' })
    expect(await store.documents.list()).toEqual([whole])
  }
})

test('documents are pairs of files, and an expired one leaves none behind', async () => {
  await using folder = await tempFolder()
  let time = 0
  const store = fileStore(folder.path, { now: () => time })
  const kept = await store.documents.put({ content: 'kept', name: 'kept', ttlMs: null })
  const gone = await store.documents.put({ content: 'gone', name: 'gone', ttlMs: 1 })

  time = 1
  await store.documents.read(gone.fileKey).catch(() => {})

  const names = await readdir(path.join(folder.path, 'documents'))
  expect(names.sort()).toEqual([kept.fileKey, `${kept.fileKey}.json`])
  expect(await readFile(path.join(folder.path, 'documents', kept.fileKey), 'utf8')).toBe('kept')
})
