/** Keeps the whole of a long output without holding it in memory. */

import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { omissionLine } from './head-tail-buffer.ts'

export interface OutputSpool extends AsyncDisposable {
  /** Adds text at the end. The promise, where there is one, holds until it is on disk. */
  write(text: string): Promise<void> | undefined
  /** All of it, as UTF-8; where the bound cut something off, a note at the end says how much. */
  read(): Promise<Uint8Array>
}

/**
 * A spool stays in memory up to `memoryBytesMax` and then moves to a temporary file, which has no name and is gone
 * with the spool, or with the process.
 *
 * @param options `bytesMax`: what comes past it is counted and dropped.
 */
export function outputSpool(options: {
  readonly memoryBytesMax: number
  readonly bytesMax: number
}): OutputSpool {
  let pending: Buffer[] = []
  let pendingBytes = 0
  let keptBytes = 0
  let droppedBytes = 0
  let file: Promise<FileHandle> | undefined
  let lastWrite: Promise<void> | undefined

  const flush = async (chunks: readonly Buffer[], before: Promise<void> | undefined): Promise<void> => {
    await before
    file ??= openNameless()
    await (await file).appendFile(Buffer.concat(chunks))
  }

  return {
    write(text) {
      const bytes = Buffer.from(text)
      const room = Math.max(0, Math.min(bytes.length, options.bytesMax - keptBytes))
      keptBytes += room
      droppedBytes += bytes.length - room
      if (room > 0) pending.push(bytes.subarray(0, room))
      pendingBytes += room
      if (pendingBytes === 0 || (lastWrite === undefined && keptBytes <= options.memoryBytesMax))
        return undefined

      lastWrite = flush(pending, lastWrite)
      pending = []
      pendingBytes = 0
      return lastWrite
    },

    async read() {
      await lastWrite
      const note = droppedBytes === 0 ? '' : `\n${omissionLine(droppedBytes)}\n`
      const start = file === undefined ? [] : [await readAll(await file)]
      return Buffer.concat([...start, ...pending, Buffer.from(note)])
    },

    async [Symbol.asyncDispose]() {
      await lastWrite?.catch(() => {})
      await file?.then(
        (handle) => handle.close(),
        () => {},
      )
    },
  }
}

async function openNameless(): Promise<FileHandle> {
  const name = path.join(tmpdir(), `codex-ts-output-${randomUUID()}`)
  const handle = await open(name, 'ax+', 0o600)
  await rm(name, { force: true })
  return handle
}

async function readAll(file: FileHandle): Promise<Buffer> {
  const bytes = Buffer.alloc((await file.stat()).size)
  for (let filled = 0; filled < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes
}
