/** Reads a thread's file of JSON lines, whole or only its ends. */

import { open, readFile } from 'node:fs/promises'
import type { ThreadMeta, ThreadRecord } from '../../protocol/thread-record.ts'
import { ThreadDamagedError } from '../errors.ts'
import { decodeDoubtfulRecord, decodeRecord, isBadLine } from '../record-line.ts'

const NEWLINE = 0x0a
const CHUNK_BYTES = 16 * 1024

/**
 * All records, oldest first.
 *
 * A last line that cannot be read, or of which the end is missing, was cut short by a crash and is left out.
 *
 * @throws {ThreadDamagedError} A line before the last is no record, or the first is not the thread's description.
 */
export async function readRecords(file: string, threadId: string): Promise<ThreadRecord[]> {
  const lines = (await readFile(file, 'utf8')).split('\n')
  const last = lines.findLastIndex((line) => !isBlank(line))
  const records: ThreadRecord[] = []

  for (const [index, line] of lines.entries()) {
    if (index > last) break
    if (isBlank(line)) continue
    const decoded = decodeRecord(line) ?? (await decodeDoubtfulRecord(line))
    if (!isBadLine(decoded)) records.push(decoded)
    else if (index < last || index === 0) {
      throw new ThreadDamagedError({ threadId, file, line: index + 1, problem: decoded.problem })
    }
  }

  if (records[0]?.type !== 'thread_meta') {
    throw new ThreadDamagedError({
      threadId,
      file,
      line: 1,
      problem: 'the description of the thread is missing',
    })
  }
  return records
}

/** What the first line says the thread is; null where it says nothing, as after a crash in its making. */
export async function readMeta(file: string): Promise<ThreadMeta | null> {
  const line = await firstLine(file)
  const record = line === null ? null : decodeRecord(line)
  return record?.type === 'thread_meta' ? record.meta : null
}

async function firstLine(file: string): Promise<string | null> {
  const handle = await open(file)
  try {
    const parts: Buffer[] = []
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES)
      const part = buffer.subarray(0, bytesRead)
      const end = part.indexOf(NEWLINE)
      if (end !== -1) return Buffer.concat([...parts, part.subarray(0, end)]).toString('utf8')
      if (bytesRead === 0) return null
      parts.push(part)
    }
  } finally {
    await handle.close()
  }
}

/** The end of a file, as a writer must find it before it adds to it. */
export interface WritableEnd {
  /** Everything after so many bytes is the rest of a line that a crash cut short. */
  readonly bytes: number
  /** The last line is whole, and only its newline is missing. */
  readonly lacksNewline: boolean
}

/** Where the next record may be put. */
export async function findWritableEnd(file: string): Promise<WritableEnd> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    let tail = Buffer.alloc(0)
    let from = size
    // Backwards, until a newline stands before some line that is not blank.
    while (from > 0 && lineStart(tail) <= 0) {
      const length = Math.min(Math.max(CHUNK_BYTES, tail.length), from)
      from -= length
      const { buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, from)
      tail = Buffer.concat([buffer, tail])
    }

    const start = Math.max(0, lineStart(tail))
    const line = tail.toString('utf8', start).trim()
    if (line === '') return { bytes: from + start, lacksNewline: false }
    const isWhole = decodeRecord(line) !== null || !isBadLine(await decodeDoubtfulRecord(line))
    if (!isWhole) return { bytes: from + start, lacksNewline: false }
    return { bytes: size, lacksNewline: tail.at(-1) !== NEWLINE }
  } finally {
    await handle.close()
  }
}

/** Where the last line that is not blank begins; 0 where no newline stands before it, -1 where all is blank. */
function lineStart(bytes: Buffer): number {
  let end = bytes.length
  while (end > 0 && isBlankByte(bytes[end - 1])) end -= 1
  return end === 0 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1) + 1
}

function isBlankByte(byte: number | undefined): boolean {
  return byte === NEWLINE || byte === 0x0d || byte === 0x20
}

function isBlank(line: string): boolean {
  return line.trim() === ''
}
