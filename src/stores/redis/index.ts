/** A store that keeps everything on a Redis server. */

import { OptionError } from '../../protocol/errors.ts'
import { lateStore } from '../late-store.ts'
import type { StoreWithCache } from '../ports.ts'
import type { RedisLike } from './client.ts'

export type { RedisLike } from './client.ts'

export interface RedisStoreOptions {
  /** What every key begins with; `codex-ts:` unless given. On a cluster put it in braces: `{codex-ts}:`. */
  readonly prefix?: string
  /**
   * How long a thread stays refused to others after the process that writes it has died; 30,000 unless given.
   *
   * A living writer renews it. One that could not for longer may lose the thread, and is told so by its next append.
   */
  readonly leaseMs?: number
  /** Milliseconds since 1970; the machine's clock unless given. */
  readonly now?: () => number
}

const LEASE_MS_MIN = 100

/**
 * Threads, documents and a cache on a server, which processes of several machines may share.
 *
 * @param client Of `ioredis`, or of its shape. Yours to close, after the store. Nothing is sent before the first use.
 */
export function redisStore(client: RedisLike, options: RedisStoreOptions = {}): StoreWithCache {
  const { prefix = 'codex-ts:', leaseMs = 30_000, now = Date.now } = options
  if (!Number.isSafeInteger(leaseMs) || leaseMs < LEASE_MS_MIN) {
    throw new OptionError(
      'leaseMs',
      `${leaseMs} is no time for a lease. Pass ${LEASE_MS_MIN} ms or more, whole.`,
    )
  }
  return lateStore(async () => {
    const { openRedisStore } = await import('./open.ts')
    return openRedisStore(client, { prefix, leaseMs, now })
  }, now)
}
