/** Reads the beginnings of many files of one folder. */

import { closeSync, constants, open, read } from 'node:fs'
import path from 'node:path'

/** More would only wait for each other: Node has four threads for files. */
const FILES_AT_ONCE = 8

// Neither a link that took the file's place is followed, nor is anybody waited for at a pipe.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW

/** Kept from call to call: a search asks for files by the ten thousand. */
const idleBuffers: Buffer[] = []

export interface HeadOptions {
  readonly bytesMax: number
  /** What it says no to is not touched. */
  readonly mayRead: (name: string) => boolean
  readonly signal: AbortSignal | undefined
}

/**
 * At most `bytesMax` bytes of each; null for what cannot be read. The caller knows them to be plain files.
 *
 * @param folder Absolute, links followed.
 */
export async function readHeads(
  folder: string,
  names: readonly string[],
  { bytesMax, mayRead, signal }: HeadOptions,
): Promise<(Uint8Array | null)[]> {
  const heads: (Uint8Array | null)[] = new Array(names.length).fill(null)
  const waiting = names.entries()
  const readOnes = async () => {
    const kept = idleBuffers.pop()
    const buffer = kept !== undefined && kept.length >= bytesMax ? kept : Buffer.allocUnsafeSlow(bytesMax)
    for (const [index, name] of waiting) {
      if (signal?.aborted === true) break
      if (mayRead(name)) heads[index] = await readHead(path.join(folder, name), buffer, bytesMax)
    }
    if (idleBuffers.length < FILES_AT_ONCE) idleBuffers.push(buffer)
  }
  await Promise.all(Array.from({ length: Math.min(FILES_AT_ONCE, names.length) }, readOnes))
  signal?.throwIfAborted()
  return heads
}

// Callbacks, because a handle would cost more than reading the file.
function readHead(file: string, buffer: Buffer, bytesMax: number): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    open(file, FLAGS, (openError, descriptor) => {
      if (openError !== null) return resolve(null)
      read(descriptor, buffer, 0, bytesMax, 0, (readError, bytesRead) => {
        // To close what was only read waits for nothing, and to hand it to another thread would cost more.
        closeSync(descriptor)
        resolve(readError === null ? Buffer.from(buffer.subarray(0, bytesRead)) : null)
      })
    })
  })
}
