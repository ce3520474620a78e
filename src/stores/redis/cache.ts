/** Cached texts on a Redis server. */

import { CLAIM_MS, type Shelf, type ShelvedText } from '../cache.ts'
import { type RedisServer, serverTtlMs } from './server.ts'

/** KEYS: claim. ARGV: token, milliseconds. */
const CLAIM = `
  local holder = redis.call('GET', KEYS[1])
  if holder and holder ~= ARGV[1] then return {'held'} end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return {'claimed'}
`

/** KEYS: claim. ARGV: token. */
const RELEASE = `
  if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
  return {'released'}
`

/** KEYS: value. */
const REMOVE = `
  redis.call('DEL', KEYS[1])
  return {'removed'}
`

/** @param options `now`: milliseconds since 1970. */
export function redisShelf(server: RedisServer, { now }: { readonly now: () => number }): Shelf {
  const valueKey = (key: string) => server.key('cache', key)
  const claimKey = (key: string) => server.key('cache', key, 'claim')
  const writing = 'write the cache'

  return {
    read: (key) =>
      server.doing('read the cache', async () => {
        const text = await server.client.get(valueKey(key))
        return text === null ? null : entryIn(text)
      }),

    write: (key, entry) =>
      server.doing(writing, async () => {
        const ttlMs = serverTtlMs(entry.expiresAt - now())
        await server.client.set(valueKey(key), JSON.stringify(entry), 'PX', ttlMs)
      }),

    remove: (key) =>
      server.doing(writing, async () => {
        await server.run(REMOVE, [valueKey(key)])
      }),

    claim: (key, token) =>
      server.doing(writing, async () => {
        const [outcome] = await server.run(CLAIM, [claimKey(key)], token, CLAIM_MS)
        return outcome === 'claimed'
      }),

    release: (key, token) =>
      server.doing(writing, async () => {
        await server.run(RELEASE, [claimKey(key)], token)
      }),
  }
}

function entryIn(text: string): ShelvedText {
  // The writer was we.
  return JSON.parse(text) as ShelvedText
}
