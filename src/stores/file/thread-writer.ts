/** Adds records to a thread's file through one descriptor that stays open. */

import { close, fdatasync, ftruncate, open, write } from 'node:fs'
import { promisify } from 'node:util'
import type { ThreadRecord } from '../../protocol/thread-record.ts'
import { WriterClosedError } from '../errors.ts'
import type { ThreadWriter } from '../ports.ts'
import { encodeRecord } from '../record-line.ts'
import { doing } from './disk.ts'
import type { Lease } from './lease.ts'
import type { WritableEnd } from './thread-file.ts'

// A bare descriptor rather than a FileHandle: one that a host forgets to close must not throw when it is collected.
const fs = {
  open: promisify(open),
  write: promisify(write),
  truncate: promisify(ftruncate),
  sync: promisify(fdatasync),
  close: promisify(close),
}

export interface WriterOptions {
  readonly file: string
  readonly threadId: string
  readonly lease: Lease
  readonly now: () => number
  /** `new` refuses a file that is there; otherwise where the present one ends. */
  readonly end: WritableEnd | 'new'
  readonly onClosed: () => void
}

/** Open a thread's file for writing; the lease is released with the writer. */
export async function openThreadWriter(options: WriterOptions): Promise<ThreadWriter> {
  const { file, threadId, lease, now, end, onClosed } = options
  const descriptor = await fs.open(file, end === 'new' ? 'ax' : 'a', 0o600)
  let bytes = end === 'new' ? 0 : end.bytes
  let lead = end !== 'new' && end.lacksNewline ? '\n' : ''
  // What a crash left of a last line goes before anything is added, and not sooner: opening changes nothing.
  let isCut = end === 'new'
  let closed: Promise<void> | null = null
  // One deed after another; a failed one does not stop those that follow.
  let queue: Promise<unknown> = Promise.resolve()

  async function enqueue(deed: string, work: () => Promise<void>): Promise<void> {
    if (closed !== null) throw new WriterClosedError(threadId)
    const done = queue.then(() => doing(deed, file, work))
    queue = done.catch(() => {})
    return done
  }

  async function add(lines: string): Promise<void> {
    if (!isCut) await fs.truncate(descriptor, bytes)
    const text = Buffer.from(lead + lines)
    // All or none: should the write fail halfway, the half is cut off before the next.
    isCut = false
    await writeWhole(descriptor, text)
    isCut = true
    bytes += text.length
    lead = ''
  }

  async function finish(): Promise<void> {
    await queue
    try {
      await fs.close(descriptor)
    } finally {
      await lease.release()
      onClosed()
    }
  }

  return {
    get position() {
      return bytes
    },
    async append(records: readonly ThreadRecord[]) {
      // Made into text at once: what the caller does to the records afterwards changes nothing.
      const time = now()
      const lines = records.map((record) => encodeRecord(record, time)).join('')
      return enqueue(`add to the thread ${threadId}`, () => add(lines))
    },
    async flush() {
      return enqueue(`write the thread ${threadId} to the disk`, () => fs.sync(descriptor))
    },
    [Symbol.asyncDispose]() {
      closed ??= doing(`close the thread ${threadId}`, file, finish)
      return closed
    },
  }
}

/** One write, unless the disk takes only a part of it: the next one then says why. */
async function writeWhole(descriptor: number, text: Buffer): Promise<void> {
  let written = 0
  while (written < text.length) {
    const { bytesWritten } = await fs.write(descriptor, text, written)
    written += bytesWritten
  }
}
