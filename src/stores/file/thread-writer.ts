/** Adds records to a thread's file through one descriptor that stays open. */

import { close, fdatasync, ftruncate, open, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import { ThreadLeaseLostError } from '../errors.ts'
import { isDurable } from '../fsync.ts'
import type { Fsync, ThreadWriter } from '../ports.ts'
import { queuedWriter } from '../queued-writer.ts'
import { doing } from './disk.ts'
import type { Lease } from './lease.ts'
import type { WritableEnd } from './thread-file.ts'

// A bare descriptor rather than a FileHandle: one that a host forgets to close must not throw when it is collected.
const fs = {
  open: promisify(open),
  truncate: promisify(ftruncate),
  sync: promisify(fdatasync),
  close: promisify(close),
}

export interface WriterOptions {
  readonly file: string
  readonly threadId: string
  readonly lease: Lease
  readonly now: () => number
  readonly fsync: Fsync
  /** `new` refuses a file that is there; otherwise where the present one ends. */
  readonly end: WritableEnd | 'new'
  readonly onClosed: () => void
}

/** Open a thread's file for writing; the lease is released with the writer. */
export async function openThreadWriter(options: WriterOptions): Promise<ThreadWriter> {
  const { file, threadId, lease, now, fsync, end, onClosed } = options
  const descriptor = await fs.open(file, end === 'new' ? 'ax' : 'a', 0o600)
  let bytes = end === 'new' ? 0 : end.bytes
  let lead = end !== 'new' && end.lacksNewline ? '\n' : ''
  // What a crash left of a last line goes before anything is added, and not sooner: opening changes nothing.
  let isCut = end === 'new'

  async function add(lines: readonly string[], facts: { readonly endsTurn: boolean }): Promise<number> {
    if (!lease.isHeld()) throw new ThreadLeaseLostError(threadId, await lease.holder())
    if (!isCut) await fs.truncate(descriptor, bytes)
    const text = Buffer.from(`${lead}${lines.join('\n')}\n`)
    // All or none: should the write fail halfway, the half is cut off before the next.
    isCut = false
    writeWhole(descriptor, text)
    if (isDurable(fsync, facts)) await fs.sync(descriptor)
    isCut = true
    bytes += text.length
    lead = ''
    return bytes
  }

  async function finish(): Promise<void> {
    try {
      if (fsync !== 'never') await fs.sync(descriptor)
    } finally {
      try {
        await fs.close(descriptor)
      } finally {
        await lease.release()
        onClosed()
      }
    }
  }

  return queuedWriter({
    threadId,
    position: bytes,
    now,
    doing: (deed, work) => doing(deed, file, work),
    work: { add, flush: () => fs.sync(descriptor), close: finish },
  })
}

/**
 * One write, unless the disk takes only a part of it: the next one then says why.
 *
 * Not handed to another thread: the kernel takes a record into its memory in microseconds, and the way there and back costs
 * more than ten times as much. What waits for the disk itself, `sync`, is.
 */
function writeWhole(descriptor: number, text: Buffer): void {
  let written = 0
  while (written < text.length) written += writeSync(descriptor, text, written)
}
