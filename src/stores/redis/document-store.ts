/** Documents on a Redis server. */

import { describeDocument, isExpired, rangeWithin } from '../document.ts'
import { DocumentNotFoundError } from '../errors.ts'
import { isFileKey } from '../ids.ts'
import { newestDocumentFirst } from '../order.ts'
import type { DocumentInfo, DocumentStore } from '../ports.ts'
import { type RedisServer, serverTtlMs } from './server.ts'

/** How long bytes wait for their description before the server forgets them. */
const UNDESCRIBED_MS_MAX = 3_600_000
const INFOS_AT_ONCE = 500
/** The end of what has none, later than all others. */
const FOR_EVER = Number.MAX_SAFE_INTEGER

/**
 * KEYS: description, bytes, index of all, index of the owner. ARGV: description, file key, milliseconds to live or 0, when
 * it expires, the present time. An index is sorted by the ends of its documents, so that those of the past can be cut off.
 */
const DESCRIBE = `
  redis.call('SET', KEYS[1], ARGV[1])
  if ARGV[3] == '0' then
    redis.call('PERSIST', KEYS[2])
  else
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
    redis.call('PEXPIRE', KEYS[2], ARGV[3])
  end
  for index = 3, 4 do
    redis.call('ZREMRANGEBYSCORE', KEYS[index], '-inf', ARGV[5])
    redis.call('ZADD', KEYS[index], ARGV[4], ARGV[2])
  end
  return {'described'}
`

/** KEYS: description, bytes, index of all, index of the owner. ARGV: file key. */
const FORGET = `
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('ZREM', KEYS[3], ARGV[1])
  redis.call('ZREM', KEYS[4], ARGV[1])
  return {'forgotten'}
`

/** @param options `now`: milliseconds since 1970. */
export function redisDocumentStore(
  server: RedisServer,
  { now }: { readonly now: () => number },
): DocumentStore {
  const { client } = server
  const infoKey = (fileKey: string) => server.key('document', fileKey)
  const bytesKey = (fileKey: string) => server.key('document', fileKey, 'bytes')
  // As JSON: an owner may be any text, also one that has no bytes of its own.
  const indexKey = (owner?: string | null) =>
    owner === undefined ? server.key('documents') : server.key('documents', JSON.stringify(owner))
  const keysOf = (fileKey: string, owner: string | null | undefined) => [
    infoKey(fileKey),
    bytesKey(fileKey),
    indexKey(),
    indexKey(owner),
  ]

  /** Also where the description is gone: then only `owner`'s index is known to name it. */
  async function forget(fileKey: string, owner?: string | null): Promise<void> {
    await server.run(FORGET, keysOf(fileKey, owner), fileKey)
  }

  async function find(fileKey: string): Promise<DocumentInfo> {
    const text = isFileKey(fileKey) ? await client.get(infoKey(fileKey)) : null
    if (text === null) throw new DocumentNotFoundError(fileKey)
    const info = infoIn(text)
    if (!isExpired(info, now())) return info
    await forget(fileKey, info.owner)
    throw new DocumentNotFoundError(fileKey)
  }

  async function put(document: Parameters<DocumentStore['put']>[0]): Promise<DocumentInfo> {
    const { info, bytes } = describeDocument(document, now())
    const { fileKey, owner, createdAt, expiresAt } = info
    // The description last: without it there is no document.
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    await client.set(bytesKey(fileKey), content, 'PX', UNDESCRIBED_MS_MAX)
    const ttlMs = expiresAt === null ? 0 : serverTtlMs(expiresAt - createdAt)
    const facts = [JSON.stringify(info), fileKey, ttlMs, expiresAt ?? FOR_EVER, createdAt]
    await server.run(DESCRIBE, keysOf(fileKey, owner), ...facts)
    return info
  }

  async function list(owner?: string): Promise<DocumentInfo[]> {
    const fileKeys = await client.zrevrange(indexKey(owner), 0, -1)
    const found: DocumentInfo[] = []
    for (let first = 0; first < fileKeys.length; first += INFOS_AT_ONCE) {
      const some = fileKeys.slice(first, first + INFOS_AT_ONCE)
      const texts = await client.mget(some.map(infoKey))
      for (const [index, fileKey] of some.entries()) {
        const text = texts[index]
        const info = text ? infoIn(text) : null
        if (info !== null && !isExpired(info, now())) found.push(info)
        else await forget(fileKey, info === null ? owner : info.owner)
      }
    }
    return found.sort(newestDocumentFirst)
  }

  return {
    put: (document) =>
      server.doing(`store the document ${JSON.stringify(document.name)}`, () => put(document)),

    info: (fileKey) => server.doing(`look up the document ${fileKey}`, () => find(fileKey)),

    read: (fileKey, range) =>
      server.doing(`read the document ${fileKey}`, async () => {
        const info = await find(fileKey)
        const { start, length } = rangeWithin(info.bytes, range)
        if (length === 0) return new Uint8Array()
        const part = await client.getrangeBuffer(bytesKey(fileKey), start, start + length - 1)
        if (part.length < length) throw new DocumentNotFoundError(fileKey)
        return new Uint8Array(part)
      }),

    list: ({ owner } = {}) => server.doing('list the documents', () => list(owner)),

    delete: (fileKey) =>
      server.doing(`delete the document ${fileKey}`, async () => {
        if (!isFileKey(fileKey)) return
        const text = await client.get(infoKey(fileKey))
        await forget(fileKey, text === null ? undefined : infoIn(text).owner)
      }),

    async [Symbol.asyncDispose]() {},
  }
}

function infoIn(text: string): DocumentInfo {
  // The writer was we.
  return JSON.parse(text) as DocumentInfo
}
