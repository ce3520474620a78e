/** The linear memory of one guest: the only memory limit that the engine obeys. */

import type { WasmMemory } from './web-assembly.ts'

const PAGE_BYTES = 64 * 1024
/** What the engine's glue asks for at the start; hardly any of it is touched before a script runs. */
const INITIAL_BYTES = 16 * 1024 * 1024

export interface GuestMemory {
  readonly memory: WasmMemory
  /** Whether the last attempt to grow failed: then the engine is out of memory and soon out of order. */
  isExhausted(): boolean
  /** At most this much from now on. */
  limit(heapBytesMax: number): void
  bytes(): number
}

export function guestMemory(heapBytesMax: number): GuestMemory {
  const pagesMax = (heapBytes: number) => Math.ceil((INITIAL_BYTES + heapBytes) / PAGE_BYTES)
  const memory = new WebAssembly.Memory({
    initial: INITIAL_BYTES / PAGE_BYTES,
    maximum: pagesMax(heapBytesMax),
  })
  const grow = memory.grow.bind(memory)
  let exhausted = false
  let pages = pagesMax(heapBytesMax)

  // The engine's glue tries three sizes, the greatest first, so the last word is what counts.
  memory.grow = (delta) => {
    exhausted = true
    if (memory.buffer.byteLength / PAGE_BYTES + delta > pages)
      throw new RangeError('The memory limit is reached.')
    const before = grow(delta)
    exhausted = false
    return before
  }
  return {
    memory,
    isExhausted: () => exhausted,
    limit: (bytes) => {
      pages = Math.min(pages, pagesMax(bytes))
    },
    bytes: () => memory.buffer.byteLength,
  }
}
