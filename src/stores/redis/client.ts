/** What this store asks of a Redis client. */

/**
 * The part of a Redis client that we use: that of `ioredis`, whose cluster client and `keyPrefix` serve as well.
 *
 * Whoever made the client closes it.
 */
export interface RedisLike {
  eval(script: string, keyCount: number, ...keysAndArguments: (string | number)[]): Promise<unknown>
  get(key: string): Promise<string | null>
  mget(keys: string[]): Promise<(string | null)[]>
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>
  lrange(key: string, start: number, stop: number): Promise<string[]>
  zrevrange(key: string, start: number, stop: number): Promise<string[]>
  set(key: string, value: string | Buffer, unit: 'PX', milliseconds: number): Promise<unknown>
  getrangeBuffer(key: string, start: number, end: number): Promise<Buffer>
}
