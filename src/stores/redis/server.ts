/** The server behind a store: its client, the names of our keys, and its refusals. */

import { isCodexError } from '../../protocol/errors.ts'
import { StoreFailedError } from '../errors.ts'
import type { RedisLike } from './client.ts'

/** The server forgets by its own clock, so long after ours says that a time is over. */
const GRACE_MS = 60_000

export class RedisServer {
  readonly client: RedisLike
  readonly #prefix: string

  constructor(client: RedisLike, prefix: string) {
    this.client = client
    this.#prefix = prefix
  }

  key(...parts: readonly string[]): string {
    return this.#prefix + parts.join(':')
  }

  /** What stands for a file in messages. */
  place(key: string): string {
    return `redis ${key}`
  }

  /**
   * Run a script that acts on a few keys, all or none.
   *
   * @returns The script's list, as texts.
   */
  async run(
    script: string,
    keys: readonly string[],
    ...values: readonly (string | number)[]
  ): Promise<string[]> {
    const answer = await this.client.eval(script, keys.length, ...keys, ...values)
    return Array.isArray(answer) ? answer.map(String) : [String(answer)]
  }

  /** @throws {StoreFailedError} The server refused or was not reached; errors of ours pass unchanged. */
  async doing<Result>(deed: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (isCodexError(error)) throw error
      const remedy = 'See that the server can be reached and has memory left.'
      throw new StoreFailedError(deed, this.place(this.#prefix), error, remedy)
    }
  }
}

/**
 * When the server may forget what lives `ttlMs` by our clock.
 *
 * The two clocks differ, and the host may hand us another; what is over for us is over, whatever the server has.
 */
export function serverTtlMs(ttlMs: number): number {
  return Math.ceil(Math.max(0, ttlMs)) + GRACE_MS
}
