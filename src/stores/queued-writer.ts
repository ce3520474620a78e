/** The writer of a thread as every store on a disk or server has it: one append after another, none after its end. */

import type { ThreadRecord } from '../protocol/thread-record.ts'
import { WriterClosedError } from './errors.ts'
import type { ThreadWriter } from './ports.ts'
import { encodeRecord } from './record-line.ts'

/** What a store does for its writer; never two of these at a time. */
export interface WriterWork {
  /** All or none. @returns The position after them. */
  add(lines: readonly string[], facts: { readonly endsTurn: boolean }): Promise<number>
  flush(): Promise<void>
  close(): Promise<void>
}

export interface QueuedWriterOptions {
  readonly threadId: string
  readonly position: number
  readonly now: () => number
  /** Runs what is called `deed`, as in "Could not …", and says so where it fails. */
  readonly doing: <Result>(deed: string, work: () => Promise<Result>) => Promise<Result>
  readonly work: WriterWork
}

export function queuedWriter(options: QueuedWriterOptions): ThreadWriter {
  const { threadId, now, doing, work } = options
  let { position } = options
  let closed: Promise<void> | null = null
  // One deed after another; a failed one does not stop those that follow.
  let queue: Promise<unknown> = Promise.resolve()

  async function enqueue(deed: string, run: () => Promise<void>): Promise<void> {
    if (closed !== null) throw new WriterClosedError(threadId)
    const done = queue.then(() => doing(deed, run))
    queue = done.catch(() => {})
    return done
  }

  async function finish(): Promise<void> {
    await queue
    await work.close()
  }

  return {
    get position() {
      return position
    },
    async append(records: readonly ThreadRecord[]) {
      // Made into text at once: what the caller does to the records afterwards changes nothing.
      const time = now()
      const lines = records.map((record) => encodeRecord(record, time))
      const endsTurn = records.some((record) => record.type === 'turn_ended')
      return enqueue(`add to the thread ${threadId}`, async () => {
        if (lines.length > 0) position = await work.add(lines, { endsTurn })
      })
    },
    async flush() {
      return enqueue(`write the thread ${threadId} to the disk`, () => work.flush())
    },
    [Symbol.asyncDispose]() {
      closed ??= doing(`close the thread ${threadId}`, finish)
      return closed
    },
  }
}
