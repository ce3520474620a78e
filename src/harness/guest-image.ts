/** What a guest's memory held when it was set up: another one that gets a copy of it is set up too. */

import { Buffer } from 'node:buffer'
import type { WasmMemory } from './web-assembly.ts'

const PAGE_BYTES = 64 * 1024
const EMPTY_PAGE = Buffer.alloc(PAGE_BYTES)

/**
 * Valid for an engine that has done the same as the first one up to its prelude: then everything lies at the same place.
 * `landmark` names places that would differ if that were not so.
 */
export class GuestImage {
  readonly catalogueId: number | undefined
  readonly landmark: string
  /** Those that hold anything: some ten of 256, since most of the memory is an empty stack. */
  readonly #pages: ReadonlyArray<readonly [offset: number, bytes: Uint8Array]>

  constructor(memory: WasmMemory, catalogueId: number | undefined, landmark: string) {
    this.catalogueId = catalogueId
    this.landmark = landmark
    this.#pages = [...usedPages(Buffer.from(memory.buffer))]
  }

  /** @param memory As an engine made it, with nothing evaluated yet. */
  restore(memory: WasmMemory): void {
    const bytes = new Uint8Array(memory.buffer)
    for (const [offset, page] of this.#pages) bytes.set(page, offset)
  }
}

function* usedPages(memory: Buffer): Generator<[offset: number, bytes: Uint8Array]> {
  for (let offset = 0; offset < memory.length; offset += PAGE_BYTES) {
    const page = memory.subarray(offset, offset + PAGE_BYTES)
    if (!page.equals(EMPTY_PAGE)) yield [offset, Uint8Array.from(page)]
  }
}
