/** What stores that several processes share must bear: writers that come at once, and writers that are killed. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { isCodexError } from '../../src/protocol/index.ts'
import type { StoreWithCache, ThreadWriter } from '../../src/stores/index.ts'
import { openStore, type StorePlace } from '../fixtures/stores/open-store.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, startRedisServer } from '../support/redis-server.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { metaOf, says, threadId } from './samples.ts'

const one = threadId('one')

interface SharedStore extends AsyncDisposable {
  readonly place: StorePlace
  readonly store: StoreWithCache
}

async function shared(kind: 'file' | 'sqlite'): Promise<SharedStore> {
  const folder = await tempFolder()
  const place: StorePlace = { kind, path: path.join(folder.path, 'state') }
  return withStore(place, folder)
}

/** Where a lease outlives its holder, `leaseMs` says how long. */
async function sharedOnRedis(leaseMs = 30_000): Promise<SharedStore> {
  const server = await startRedisServer()
  return withStore({ kind: 'redis', socket: server.socket, prefix: 'state:', leaseMs }, server)
}

function withStore(place: StorePlace, ground: AsyncDisposable): SharedStore {
  const store = openStore(place)
  return {
    place,
    store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await ground[Symbol.asyncDispose]()
    },
  }
}

type RunningProgram = ChildProcess & AsyncDisposable & { readonly output: () => string }

/** A process of its own that runs one of the programs beside this test; it ends with the test. */
function start(program: string, place: StorePlace, ...options: readonly string[]): RunningProgram {
  const file = path.join(import.meta.dirname, '../fixtures/stores', `${program}.ts`)
  const child = spawn(process.execPath, [file, JSON.stringify(place), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const exit = once(child, 'close')
  return Object.assign(child, {
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exit
    },
  })
}

/** Resolves when a program has said so many lines. */
async function lines(program: RunningProgram, count: number): Promise<void> {
  while (program.output().split('\n').length <= count) {
    if (program.stdout === null || program.exitCode !== null) throw new Error('The program ended too soon.')
    await once(program.stdout, 'data')
  }
}

/** Where a lease outlives its holder for a while, that while is waited for. */
async function openWhenFree(store: StoreWithCache): Promise<ThreadWriter> {
  for (;;) {
    try {
      return await store.threads.open(one)
    } catch (error) {
      if (!isCodexError(error) || error.code !== 'thread_in_use') throw error
      await sleep(10)
    }
  }
}

async function textsIn(store: StoreWithCache): Promise<string[]> {
  const records = (await store.threads.read(one)).slice(1)
  return records.map((record) => JSON.stringify(record).replace(/^.*"text":"|"}\].*$/g, ''))
}

/** Long enough for a living writer on a busy machine, short enough to wait for the end of a dead one's. */
const SHORT_LEASE_MS = 1_500

const kinds: readonly [name: string, isThere: boolean, start: (leaseMs?: number) => Promise<SharedStore>][] =
  [
    ['files', true, () => shared('file')],
    ['sqlite', true, () => shared('sqlite')],
    ['redis-server', hasRedisServer, sharedOnRedis],
  ]

for (const [name, isThere, startShared] of kinds) {
  describe.skipIf(!isThere)(`${name}: several processes`, () => {
    test('that write one thread by turns never come between each other, and lose nothing', async () => {
      await using under = await startShared()
      await (await under.store.threads.create(metaOf('one')))[Symbol.asyncDispose]()
      await using left = start('take-turns', under.place, 'one', 'left', '12')
      await using right = start('take-turns', under.place, 'one', 'right', '12')

      const ends = await Promise.all([once(left, 'close'), once(right, 'close')])

      expect(ends.map(([code]) => code)).toEqual([0, 0])
      const turns = Map.groupBy((await textsIn(under.store)).entries(), ([index]) => Math.floor(index / 5))
      const seen = [...turns.values()].map((turn) => turn.map(([, text]) => text))
      for (const turn of seen) {
        const head = turn[0]?.replace(/ 0$/, '')
        expect(turn).toEqual([0, 1, 2, 3, 4].map((part) => `${head} ${part}`))
      }
      const heads = seen.map(([first]) => first?.replace(/ 0$/, '') ?? '')
      for (const writer of ['left', 'right']) {
        expect(heads.filter((head) => head.startsWith(writer))).toEqual(
          Array.from({ length: 12 }, (_, time) => `${writer} ${time}`),
        )
      }
    })

    test('one that is killed while it writes leaves every record it was told of, and the next goes on', async () => {
      await using under = await startShared(SHORT_LEASE_MS)
      await (await under.store.threads.create(metaOf('one')))[Symbol.asyncDispose]()
      let before = 0

      for (const kept of [2, 40]) {
        const writer = start('write-until-killed', under.place, 'one')
        await lines(writer, kept + Math.floor(Math.random() * 20))
        await expect(under.store.threads.open(one)).rejects.toMatchObject({
          code: 'thread_in_use',
          holder: { pid: writer.pid },
        })
        // Without a word, wherever it is.
        await writer[Symbol.asyncDispose]()
        const told = writer.output().split('\n').length - 1

        await using next = await openWhenFree(under.store)
        await next.append([says('the next')])
        const texts = (await textsIn(under.store)).slice(before)

        expect(texts.at(-1)).toBe('the next')
        expect(texts.length - 1).toBeGreaterThanOrEqual(told)
        expect(texts.slice(0, -1).map((text) => Number(text.split(' ')[0]))).toEqual(
          Array.from({ length: texts.length - 1 }, (_, count) => count),
        )
        before += texts.length
      }
    })

    test('that ask the cache at once have a value made by one of them', async () => {
      await using folder = await tempFolder()
      await using under = await startShared()
      const [log, go] = [path.join(folder.path, 'log'), path.join(folder.path, 'go')]
      await using programs = new AsyncDisposableStack()
      const asking = Array.from({ length: 3 }, () => programs.use(start('make-once', under.place, log, go)))
      const ends = asking.map((program) => once(program, 'close'))

      await Promise.all(asking.map((program) => lines(program, 1)))
      await writeFile(go, '')

      expect((await Promise.all(ends)).map(([code]) => code)).toEqual([0, 0, 0])
      const makers = (await readFile(log, 'utf8')).trim().split('\n')
      expect(makers).toHaveLength(1)
      for (const program of asking) {
        expect(program.output()).toBe(`asking\n{"madeBy":${makers[0]}}\n`)
      }
    })
  })
}

test('files: the maker of a value that is killed is followed by another', async () => {
  await using folder = await tempFolder()
  await using under = await shared('file')
  const log = path.join(folder.path, 'log')
  const maker = start('make-once', under.place, log, path.join(folder.path, 'never'))
  await until(() => existsSync(log))

  const value = under.store.cache.getOrMake('key', 60_000, async () => 'made here')
  await maker[Symbol.asyncDispose]()

  expect(await value).toBe('made here')
})

test.skipIf(!hasRedisServer)(
  'redis-server: a writer that slept longer than its lease loses the thread, and adds nothing when it wakes',
  async () => {
    await using under = await sharedOnRedis(SHORT_LEASE_MS)
    await (await under.store.threads.create(metaOf('one')))[Symbol.asyncDispose]()
    await using sleeper = start('write-until-killed', under.place, 'one')
    const end = once(sleeper, 'close')
    await lines(sleeper, 3)

    sleeper.kill('SIGSTOP')
    await using next = await openWhenFree(under.store)
    await next.append([says('the next')])
    sleeper.kill('SIGCONT')
    await end

    expect(sleeper.output()).toMatch(/^\d+\nthread_lease_lost\n$/m)
    expect((await textsIn(under.store)).at(-1)).toBe('the next')
  },
)
