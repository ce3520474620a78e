/** The files of this machine as a patch finds them, with nothing held back. */

import { constants as buffers } from 'node:buffer'
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { makeFolder } from '../../../platform/make-folder.ts'
import { refuseSpecial } from '../../../platform/special-files.ts'
import { FileChangedError } from '../errors.ts'
import { snapshotOnDisk } from './disk-snapshot.ts'
import type { PatchFiles } from './patch-files.ts'

/** Up to this size a file is read and written at once: handing it to Node's threads takes longer than the deed. */
const SMALL_BYTES = 256 * 1024
/** Files below `/proc` do not say how long they are, and some have no end. */
const UNSIZED_BYTES_MAX = 16 * 1024 * 1024
const UNSIZED_STEP_BYTES = 64 * 1024

/** Opening waits for nobody, so that a pipe that takes a file's place in time does no harm. */
const READ = constants.O_RDONLY | constants.O_NONBLOCK
const UPDATE = constants.O_RDWR | constants.O_NONBLOCK
const REPLACE = constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK

/**
 * Files of this machine.
 *
 * A file is written in place, as Codex's program does it: it stays the same file, with its mode, owner and hard links,
 * and whoever reads it at that moment may see half of it. Pipes, sockets and devices are refused; `/dev/null` is not.
 */
export const diskFiles: PatchFiles = {
  async kindOf(at) {
    const info = statSync(at, { throwIfNoEntry: false })
    if (info === undefined) return null
    return info.isFile() ? 'file' : info.isDirectory() ? 'directory' : 'other'
  },

  async read(at) {
    const bytes = readSmall(at)
    return bytes ?? (await readFile(at))
  },

  async write(at, text, { expected } = {}) {
    try {
      await put(at, text, expected)
    } catch (error) {
      if (!isMissing(error) || expected !== undefined) throw error
      await makeFolder(path.dirname(at))
      await put(at, text, expected)
    }
  },

  remove: async (at) => unlinkSync(at),
  snapshot: snapshotOnDisk,
}

/** Null when the file is large. */
function readSmall(at: string): Uint8Array | null {
  const file = openSync(at, READ)
  try {
    const { size } = fstatSync(file)
    if (size > buffers.MAX_STRING_LENGTH) {
      throw new Error(
        `the file has ${size} bytes, more than a text may have here (${buffers.MAX_STRING_LENGTH})`,
      )
    }
    return size > SMALL_BYTES ? null : readToEnd(file, size)
  } finally {
    closeSync(file)
  }
}

function readToEnd(file: number, size: number): Uint8Array {
  // Some files below `/proc` are only read in whole words.
  let bytes = Buffer.allocUnsafe(size === 0 ? UNSIZED_STEP_BYTES : size + 1)
  let length = 0
  for (;;) {
    const count = readSync(file, bytes, length, bytes.length - length, length)
    length += count
    if (count === 0) return bytes.subarray(0, length)
    if (length < bytes.length) continue
    if (length > UNSIZED_BYTES_MAX) throw new Error('the file does not end')
    bytes = Buffer.concat([bytes, Buffer.allocUnsafe(Math.max(bytes.length, UNSIZED_STEP_BYTES))])
  }
}

async function put(at: string, text: string, expected: Uint8Array | undefined): Promise<void> {
  // Opening a device may do something already. What was just read is none.
  const info = expected === undefined ? statSync(at, { throwIfNoEntry: false }) : undefined
  if (info !== undefined && !info.isFile()) await refuseSpecial(at, 'write')
  const flags = expected === undefined ? REPLACE : UPDATE
  if (text.length > SMALL_BYTES || (expected !== undefined && expected.length > SMALL_BYTES)) {
    await putLarge(at, flags, text, expected)
  } else putSmall(at, flags, text, expected)
}

function putSmall(at: string, flags: number, text: string, expected: Uint8Array | undefined): void {
  const file = openSync(at, flags, 0o666)
  try {
    const { size } = fstatSync(file)
    if (expected !== undefined) {
      if (size !== expected.length) throw new FileChangedError(at)
      if (!sameBytes(readToEnd(file, size), expected)) throw new FileChangedError(at)
    }
    // Cutting a file to nothing before it is written makes some file systems wait for the disk.
    writeFileSync(file, text)
    const written = Buffer.byteLength(text)
    if (size > written) ftruncateSync(file, written)
  } finally {
    closeSync(file)
  }
}

async function putLarge(
  at: string,
  flags: number,
  text: string,
  expected: Uint8Array | undefined,
): Promise<void> {
  if (expected !== undefined && !sameBytes(await readFile(at), expected)) throw new FileChangedError(at)
  await using file = await open(at, flags, 0o666)
  const { size } = await file.stat()
  await file.writeFile(text)
  const written = Buffer.byteLength(text)
  if (size > written) await file.truncate(written)
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
