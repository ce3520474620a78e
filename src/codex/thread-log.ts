/** The writing side of a thread file: records in order, few writes, failures heard. */

import type { ThreadRecord } from '../protocol/thread-record.ts'
import type { ThreadWriter } from '../stores/ports.ts'

/** Records added while a write is under way go out together in the next one. */
export class ThreadLog {
  readonly #writer: ThreadWriter
  #pending: ThreadRecord[] = []
  #writing: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(writer: ThreadWriter) {
    this.#writer = writer
  }

  add(...records: readonly ThreadRecord[]): void {
    this.#pending.push(...records)
    this.#writing ??= this.#write()
  }

  /**
   * Resolves when everything added so far is kept.
   *
   * @throws {StoreError} Something could not be kept; every later call says so too.
   */
  async settled(): Promise<void> {
    await this.#writing
    if (this.#failure !== undefined) throw this.#failure.error
  }

  async #write(): Promise<void> {
    // One turn of the event loop gathers what a step adds at once.
    await Promise.resolve()
    while (this.#pending.length > 0 && this.#failure === undefined) {
      const records = this.#pending
      this.#pending = []
      try {
        await this.#writer.append(records)
      } catch (error) {
        this.#failure = { error }
      }
    }
    this.#writing = undefined
  }
}
