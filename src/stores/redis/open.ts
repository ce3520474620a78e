/** Puts the stores on a server together. */

import type { OpenStore } from '../late-store.ts'
import { redisShelf } from './cache.ts'
import type { RedisLike } from './client.ts'
import { redisDocumentStore } from './document-store.ts'
import { RedisServer } from './server.ts'
import { redisThreadStore } from './thread-store.ts'

export function openRedisStore(
  client: RedisLike,
  options: { readonly prefix: string; readonly leaseMs: number; readonly now: () => number },
): OpenStore {
  const server = new RedisServer(client, options.prefix)
  const threads = redisThreadStore(server, options)
  return {
    threads,
    documents: redisDocumentStore(server, options),
    shelf: redisShelf(server, options),
    // The client is not ours.
    [Symbol.asyncDispose]: () => threads[Symbol.asyncDispose](),
  }
}
