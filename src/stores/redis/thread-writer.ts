/** Adds records to a thread on a server, as long as the lease is its own. */

import { ThreadDamagedError, ThreadLeaseLostError } from '../errors.ts'
import { heartbeat } from '../heartbeat.ts'
import type { ThreadWriter } from '../ports.ts'
import { queuedWriter } from '../queued-writer.ts'
import type { RedisServer } from './server.ts'
import { holderIn, linesKey, threadKeys } from './thread-keys.ts'
import { APPEND, RELEASE, RENEW } from './thread-scripts.ts'

export interface WriterOptions {
  readonly server: RedisServer
  readonly threadId: string
  readonly lease: Lease
  /** How many lines there are. */
  readonly position: number
  readonly now: () => number
  readonly onClosed: () => void
}

export interface Lease {
  readonly token: string
  /** Who holds it, for those who are refused. */
  readonly holder: string
  readonly leaseMs: number
}

export function startThreadWriter(options: WriterOptions): ThreadWriter {
  const { server, threadId, lease, now, onClosed } = options
  const { token, holder, leaseMs } = lease
  const keys = threadKeys(server, threadId)
  let lines = options.position
  let sequence = 0
  const pulse = heartbeat(leaseMs / 3, () => server.run(RENEW, keys, token, holder, leaseMs))

  async function add(added: readonly string[]): Promise<number> {
    sequence += 1
    const facts = [token, holder, leaseMs, lines, sequence, now(), threadId]
    const [outcome, first, epoch] = await server.run(APPEND, keys, ...facts, ...added)
    if (outcome === 'lost') throw new ThreadLeaseLostError(threadId, holderIn(first, epoch))
    if (outcome === 'short') {
      throw new ThreadDamagedError({
        threadId,
        file: server.place(linesKey(server, threadId)),
        line: Number(first) + 1,
        problem: 'it is missing, and so are those after it',
      })
    }
    lines = Number(first)
    return lines
  }

  async function close(): Promise<void> {
    pulse[Symbol.dispose]()
    try {
      await server.run(RELEASE, keys, token)
    } finally {
      onClosed()
    }
  }

  return queuedWriter({
    threadId,
    position: lines,
    now,
    doing: (deed, work) => server.doing(deed, work),
    // When the server writes to its disk is the server's own setting.
    work: { add, flush: async () => {}, close },
  })
}
