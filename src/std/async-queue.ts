/** A queue between one producer and one consumer, read with `for await`. */

/**
 * Values pushed are read in order; `end` and `fail` come after all of them.
 *
 * Leaving the loop calls `onReturn` once, so that the producer can stop.
 */
export class AsyncQueue<T> implements AsyncIterableIterator<T> {
  readonly #values: T[] = []
  #head = 0
  #ended = false
  #failure: { readonly error: unknown } | undefined
  /** Asked for, and not there yet; the oldest is served first. */
  #waiting: PromiseWithResolvers<IteratorResult<T>>[] = []
  readonly #onReturn: (() => void | Promise<void>) | undefined

  constructor(options: { readonly onReturn?: () => void | Promise<void> } = {}) {
    this.#onReturn = options.onReturn
  }

  /** After `end` or `fail` values are dropped. */
  push(value: T): void {
    if (this.#ended) return
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#values.push(value)
    else waiting.resolve({ value, done: false })
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    for (const waiting of this.#waiting.splice(0)) waiting.resolve({ value: undefined, done: true })
  }

  /** The reader gets `error` once, after all the values. */
  fail(error: unknown): void {
    if (this.#ended) return
    const [first, ...others] = this.#waiting.splice(0)
    this.#ended = true
    if (first === undefined) this.#failure = { error }
    else first.reject(error)
    for (const waiting of others) waiting.resolve({ value: undefined, done: true })
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#head < this.#values.length) {
      const value = this.#values[this.#head] as T
      this.#head += 1
      if (this.#head === this.#values.length) {
        this.#values.length = 0
        this.#head = 0
      }
      return Promise.resolve({ value, done: false })
    }
    const failure = this.#failure
    if (failure !== undefined) {
      this.#failure = undefined
      return Promise.reject(failure.error)
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true })
    const waiting = Promise.withResolvers<IteratorResult<T>>()
    this.#waiting.push(waiting)
    return waiting.promise
  }

  async return(): Promise<IteratorResult<T>> {
    this.#values.length = 0
    this.#head = 0
    this.#failure = undefined
    this.end()
    await this.#onReturn?.()
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}
