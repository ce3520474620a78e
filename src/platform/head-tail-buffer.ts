/** Keeps the first and the last bytes of a stream, and counts those between. */

import { characterStart, completeLength } from './utf8.ts'

const FIRST_ALLOCATION_BYTES = 4096

export interface HeadTail {
  /** The head, a line `... N bytes omitted ...` where something is missing, and the tail. */
  readonly text: string
  /** All that came, kept or not. */
  readonly totalBytes: number
  readonly omittedBytes: number
}

export interface HeadTailBuffer {
  push(bytes: Uint8Array): void
  read(): HeadTail
  /** `read`, after which it is as if nothing had come. */
  drain(): HeadTail
}

/**
 * Memory grows with what comes, up to `bytesMax`: half for the head, which stays, half for the tail, which moves.
 *
 * The form of the note is upstream's.
 */
export function headTailBuffer(bytesMax: number): HeadTailBuffer {
  const headMax = Math.floor(bytesMax / 2)
  let head = growingBytes(headMax)
  let tail = movingBytes(bytesMax - headMax)
  let totalBytes = 0

  const read = (): HeadTail => {
    const first = head.bytes()
    const last = tail.bytes()
    if (totalBytes === first.length + last.length) {
      return { text: Buffer.concat([first, last]).toString(), totalBytes, omittedBytes: 0 }
    }
    const headEnd = completeLength(first)
    const tailStart = characterStart(last)
    const omittedBytes = totalBytes - headEnd - (last.length - tailStart)
    const text = `${first.toString('utf8', 0, headEnd)}\n${omissionLine(omittedBytes)}\n${last.toString('utf8', tailStart)}`
    return { text, totalBytes, omittedBytes }
  }

  return {
    push(bytes) {
      totalBytes += bytes.length
      const room = headMax - head.length()
      if (room > 0) head.push(bytes.subarray(0, room))
      if (bytes.length > room) tail.push(bytes.subarray(Math.max(0, room)))
    },
    read,
    drain() {
      const all = read()
      head = growingBytes(headMax)
      tail = movingBytes(bytesMax - headMax)
      totalBytes = 0
      return all
    },
  }
}

/** What stands where bytes were left out. */
export function omissionLine(omittedBytes: number): string {
  return `... ${omittedBytes} bytes omitted ...`
}

/** Bytes up to `bytesMax`; the caller never pushes more. */
function growingBytes(bytesMax: number) {
  let store: Buffer = Buffer.alloc(0)
  let length = 0
  return {
    length: () => length,
    bytes: () => store.subarray(0, length),
    push(bytes: Uint8Array) {
      store = withRoom(store, length, bytes.length, bytesMax)
      store.set(bytes, length)
      length += bytes.length
    },
  }
}

/** The last `bytesMax` bytes, in a ring once that many have come. */
function movingBytes(bytesMax: number) {
  let store: Buffer = Buffer.alloc(0)
  let length = 0
  let start = 0

  const pushAround = (bytes: Uint8Array) => {
    const end = (start + length) % bytesMax
    const untilEdge = Math.min(bytes.length, bytesMax - end)
    store.set(bytes.subarray(0, untilEdge), end)
    store.set(bytes.subarray(untilEdge), 0)
    const overflow = Math.max(0, length + bytes.length - bytesMax)
    start = (start + overflow) % bytesMax
    length = length + bytes.length - overflow
  }

  return {
    bytes: () =>
      start === 0
        ? store.subarray(0, length)
        : Buffer.concat([store.subarray(start), store.subarray(0, start)]),
    push(bytes: Uint8Array) {
      const last = bytes.length > bytesMax ? bytes.subarray(bytes.length - bytesMax) : bytes
      if (last.length === 0) return
      store = withRoom(store, length, last.length, bytesMax)
      if (length + last.length > bytesMax) pushAround(last)
      else {
        store.set(last, length)
        length += last.length
      }
    },
  }
}

function withRoom(store: Buffer, length: number, more: number, bytesMax: number): Buffer {
  const needed = Math.min(length + more, bytesMax)
  if (needed <= store.length) return store
  const grown = Buffer.alloc(Math.min(bytesMax, Math.max(needed, store.length * 2, FIRST_ALLOCATION_BYTES)))
  store.copy(grown, 0, 0, length)
  return grown
}
