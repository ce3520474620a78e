/** Reads a part of a file. */

import { close, constants, open, read } from 'node:fs'
import { promisify } from 'node:util'

// Of files by the ten thousand, whose handles would cost more than the reading.
const openFile = promisify(open)
const readInto = promisify(read)
const closeFile = promisify(close)

/** How much is asked for at a time of a file that does not say how long it is, as those in `/proc`. */
const STEP_BYTES = 64 * 1024

export interface Range {
  readonly offset: number
  /** Undefined for all that follows. */
  readonly limit: number | undefined
  /** The file's size, as the file system has just told it. */
  readonly size: number
  readonly signal: AbortSignal | undefined
}

/** @throws The file system's own error. */
export async function readRange(file: string, { offset, limit, size, signal }: Range): Promise<Uint8Array> {
  const wanted = limit ?? Number.POSITIVE_INFINITY
  signal?.throwIfAborted()
  // A pipe that took the file's place since it was looked at makes nobody wait.
  const descriptor = await openFile(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (size > 0)
      return await readAt(descriptor, offset, Math.max(0, Math.min(wanted, size - offset)), signal)
    const steps: Uint8Array[] = []
    for (let filled = 0; filled < wanted; ) {
      const step = await readAt(descriptor, offset + filled, Math.min(STEP_BYTES, wanted - filled), signal)
      steps.push(step)
      filled += step.length
      if (step.length < STEP_BYTES) break
    }
    return Buffer.concat(steps)
  } finally {
    await closeFile(descriptor)
  }
}

/** Less than `length` bytes where the file ends before. */
async function readAt(
  descriptor: number,
  offset: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    signal?.throwIfAborted()
    const { bytesRead } = await readInto(descriptor, bytes, filled, length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}
