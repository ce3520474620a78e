/** The keys of a thread, and what its scripts answer when they refuse. */

import { type ThreadHolder, ThreadInUseError, ThreadNotFoundError } from '../errors.ts'
import { asProcessLife, holderOf } from '../process-life.ts'
import type { RedisServer } from './server.ts'

export const linesKey = (server: RedisServer, id: string) => server.key('thread', id, 'lines')

export const hashKey = (server: RedisServer, id: string) => server.key('thread', id)

export const indexKey = (server: RedisServer, archived: boolean) =>
  server.key(archived ? 'archived-threads' : 'threads')

/** In the order in which every script about a thread takes them. */
export function threadKeys(server: RedisServer, id: string): string[] {
  return [
    hashKey(server, id),
    linesKey(server, id),
    server.key('thread', id, 'lease'),
    indexKey(server, false),
    indexKey(server, true),
  ]
}

/** @throws {ThreadNotFoundError} @throws {ThreadInUseError} As the script says. */
export function throwRefusal(id: string, [outcome, holder, epoch]: readonly string[]): void {
  if (outcome === 'absent') throw new ThreadNotFoundError(id)
  if (outcome === 'held') throw new ThreadInUseError(id, holderIn(holder, epoch))
}

/** Null where the texts name no process. */
export function holderIn(holder: string | undefined, epoch: string | undefined): ThreadHolder | null {
  if (holder === undefined || holder === '') return null
  const life = asProcessLife(parsed(holder))
  return life === null ? null : holderOf(life, Number(epoch))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
