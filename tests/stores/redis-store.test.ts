/** The store on a Redis server, imitated and real: the suite for all stores, and what only a server can suffer. */

import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { type Cluster, Redis } from 'ioredis'
import RedisMock from 'ioredis-mock'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OptionError } from '../../src/protocol/index.ts'
import {
  type RedisLike,
  redisStore,
  StoreClosedError,
  type StoreWithCache,
  ThreadNotFoundError,
  WriterClosedError,
} from '../../src/stores/index.ts'
import { hasRedisServer, type RedisServerProcess, startRedisServer } from '../support/redis-server.ts'
import { type StartStore, storeContract } from './contract.ts'
import { metaOf, says, threadId } from './samples.ts'

/** A client with a prefix of its own, as hosts that share a server have, closed after the test. */
const startWith =
  (connect: (keyPrefix: string) => Redis): StartStore =>
  async (options) => {
    const client = connect(`${randomUUID()}:`)
    const store = redisStore(client, { ...options, prefix: 'state:' })
    return {
      store,
      async loseLease(id) {
        await client.del(`state:thread:${id}:lease`)
      },
      async [Symbol.asyncDispose]() {
        await store[Symbol.asyncDispose]()
        await client.quit()
      },
    }
  }

/** What the suite for all stores does not ask, of any client. */
function redisContract(name: string, connect: (keyPrefix: string) => Redis): void {
  storeContract(name, startWith(connect))

  describe(`${name}: the server`, () => {
    const one = threadId('one')
    const freshClient = () => {
      const client = connect(`${randomUUID()}:`)
      return Object.assign(client, {
        async [Symbol.asyncDispose]() {
          await client.quit()
        },
      })
    }

    test('holds stores of other prefixes apart, and lets go of nothing but its own when one is closed', async () => {
      await using client = freshClient()
      const left = redisStore(client, { prefix: 'left:' })
      await using right = redisStore(client, { prefix: 'right:' })
      const writer = await left.threads.create(metaOf('one'))
      await left.documents.put({ content: 'a', name: 'a' })
      await left.cache.set('a', 1, 1_000)

      await expect(right.threads.open(one)).rejects.toThrow(ThreadNotFoundError)
      expect(await right.documents.list()).toEqual([])
      expect(await right.cache.get('a')).toBeUndefined()
      await left[Symbol.asyncDispose]()

      await expect(writer.append([says('late')])).rejects.toThrow(WriterClosedError)
      await expect(left.threads.list()).rejects.toThrow(StoreClosedError)
      expect(await client.ping()).toBe('PONG')
      expect(await client.exists('left:thread:one:lease')).toBe(0)
    })

    test('that is asked to add the same twice, as by a client that lost its connection, adds it once', async () => {
      await using client = freshClient()
      let isTwice = false
      const twice = clientWith(client, async (ask) => {
        if (isTwice) await ask()
        return ask()
      })
      await using store = redisStore(twice)
      await using writer = await store.threads.create(metaOf('one'))

      isTwice = true
      await writer.append([says('first')])
      await writer.append([says('second'), says('third')])

      expect((await store.threads.read(one)).slice(1)).toEqual(['first', 'second', 'third'].map(says))
    })

    test('that gets a request once more after later ones has every record once, in order', async () => {
      await using client = freshClient()
      const asked: (() => Promise<unknown>)[] = []
      const keeping = clientWith(client, (ask) => {
        asked.push(ask)
        return ask()
      })
      await using store = redisStore(keeping)
      await using writer = await store.threads.create(metaOf('one'))
      await writer.append([says('first')])
      const late = asked.at(-1)
      await writer.append([says('second')])

      await late?.()
      await writer.append([says('third')])

      expect((await store.threads.read(one)).slice(1)).toEqual(['first', 'second', 'third'].map(says))
    })

    test('whose answer was lost has added nothing that the writer was not told of', async () => {
      await using client = freshClient()
      let isLossy = false
      const lossy = clientWith(client, async (ask) => {
        const answer = await ask()
        if (isLossy) throw new Error('Connection is closed')
        return answer
      })
      await using store = redisStore(lossy)
      await using writer = await store.threads.create(metaOf('one'))
      await writer.append([says('first')])

      isLossy = true
      const refusal = await writer.append([says('lost')]).catch((error: unknown) => error)
      isLossy = false
      await writer.append([says('second')])

      expect(refusal).toMatchObject({ code: 'store_failed', path: 'redis codex-ts:' })
      expect(String(refusal)).toMatch(
        /^StoreFailedError: Could not add to the thread one: Connection is closed\. See/,
      )
      expect((await store.threads.read(one)).slice(1)).toEqual([says('first'), says('second')])
      expect(writer.position).toBe(3)
    })

    test('that has forgotten records is told of, and one damaged record named', async () => {
      await using client = freshClient()
      await using store = redisStore(client, { prefix: '' })
      await using writer = await store.threads.create(metaOf('one'))
      await writer.append([says('first'), says('second')])

      await client.lset('thread:one:lines', 1, '{"type":')
      await expect(store.threads.read(one)).rejects.toMatchObject({
        code: 'thread_damaged',
        file: 'redis thread:one:lines',
        line: 2,
      })
      await client.ltrim('thread:one:lines', 0, 0)

      await expect(writer.append([says('third')])).rejects.toMatchObject({ code: 'thread_damaged', line: 2 })
    })

    test('forgets a document by itself a while after its time, and one without a time never', async () => {
      await using client = freshClient()
      let time = 0
      await using store = redisStore(client, { prefix: '', now: () => time })
      const short = await store.documents.put({ content: 'a', name: 'a', ttlMs: 1_000, owner: 'one' })
      const lasting = await store.documents.put({ content: 'b', name: 'b', ttlMs: null, owner: 'one' })

      for (const key of [`document:${short.fileKey}`, `document:${short.fileKey}:bytes`]) {
        expect(await client.pttl(key)).toBeGreaterThan(1_000)
        expect(await client.pttl(key)).toBeLessThan(120_000)
      }
      for (const key of [`document:${lasting.fileKey}`, `document:${lasting.fileKey}:bytes`]) {
        expect(await client.pttl(key)).toBe(-1)
      }
      time = 2_000
      await store.documents.put({ content: 'c', name: 'c', owner: 'one' })
      expect(await client.zrange('documents', 0, -1)).not.toContain(short.fileKey)
      expect(await client.zrange('documents:"one"', 0, -1)).toHaveLength(2)
    })

    test('keeps the lease of a writer that has nothing to say', async () => {
      await using client = freshClient()
      await using store = redisStore(client, { prefix: '', leaseMs: 2_000 })
      await using _writer = await store.threads.create(metaOf('one'))
      const leftMs = async () => {
        // The imitation answers without letting the event loop turn.
        await setImmediate()
        return client.pttl('thread:one:lease')
      }

      let before = await leftMs()
      let after = await leftMs()
      while (after > 0 && after <= before) [before, after] = [after, await leftMs()]

      expect(after).toBeGreaterThan(before)
    })

    test('keeps a lease for as long as it was asked to', async () => {
      await using client = freshClient()
      await using store = redisStore(client, { prefix: '', leaseMs: 600_000 })
      await using _writer = await store.threads.create(metaOf('one'))

      const leftMs = await client.pttl('thread:one:lease')

      expect(leftMs).toBeGreaterThan(300_000)
      expect(leftMs).toBeLessThanOrEqual(600_000)
      for (const leaseMs of [0, 99, 1_000.5, Number.NaN]) {
        expect(() => redisStore(client, { leaseMs })).toThrow(OptionError)
      }
    })
  })
}

/** A client whose scripts are sent as `send` likes; all else is the client's own. */
function clientWith(client: Redis, send: (ask: () => Promise<unknown>) => Promise<unknown>): RedisLike {
  return {
    eval: (script, keyCount, ...rest) => send(() => client.eval(script, keyCount, ...rest)),
    get: (key) => client.get(key),
    mget: (keys) => client.mget(keys),
    hmget: (key, ...fields) => client.hmget(key, ...fields),
    lrange: (key, start, stop) => client.lrange(key, start, stop),
    zrevrange: (key, start, stop) => client.zrevrange(key, start, stop),
    set: (key, value, unit, milliseconds) => client.set(key, value, unit, milliseconds),
    getrangeBuffer: (key, start, end) => client.getrangeBuffer(key, start, end),
  }
}

redisContract('ioredis-mock', (keyPrefix) => new RedisMock({ keyPrefix }))

describe.skipIf(!hasRedisServer)('redis-server', () => {
  let server: RedisServerProcess

  beforeAll(async () => {
    server = await startRedisServer()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  redisContract('redis-server', (keyPrefix) => new Redis(server.socket, { keyPrefix }))

  test('that is gone is told of, with what was to be done', async () => {
    const gone = await startRedisServer()
    const client = new Redis(gone.socket, { maxRetriesPerRequest: 0, retryStrategy: null })
    // Without a listener the client prints what it tells its host.
    client.on('error', () => {})
    const store = redisStore(client)
    await store.threads.list()
    await gone[Symbol.asyncDispose]()

    await expect(store.threads.create(metaOf('one'))).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringMatching(/^Could not make the thread one: .* See that the server can be reached/),
    })
    client.disconnect()
  })
})

test('a cluster client has the shape that the store asks for', () => {
  const takesCluster: (client: Cluster) => StoreWithCache = (client) => redisStore(client)

  expect(takesCluster).toBeTypeOf('function')
})
