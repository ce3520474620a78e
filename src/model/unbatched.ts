/** Batches of values, read one by one. */

/**
 * The values of all batches, in order.
 *
 * A piece of text is the smallest and most frequent thing that a provider sends; taken from a batch it costs one promise,
 * where a generator that yields it costs three. Leaving the loop ends the source.
 *
 * @param check Called before each value; what it throws ends the source, and then reaches the reader.
 */
export function unbatched<Value>(
  source: AsyncGenerator<readonly Value[], void, undefined>,
  check: () => void,
): AsyncIterableIterator<Value, void> {
  let batch: readonly Value[] = []
  let next = 0
  /** A read that waits for the source; those behind it wait for it. */
  let reading: Promise<unknown> | null = null

  async function read(): Promise<IteratorResult<Value, void>> {
    await failed()
    while (next >= batch.length) {
      const more = await source.next()
      if (more.done === true) return { value: undefined, done: true }
      batch = more.value
      next = 0
    }
    return { value: batch[next++] as Value, done: false }
  }

  /** Whether the check fails; then the source is ended first, so that the socket is closed when the reader hears of it. */
  async function failed(): Promise<void> {
    try {
      check()
    } catch (error) {
      await end()
      throw error
    }
  }

  async function end(): Promise<void> {
    batch = []
    next = 0
    await source.return()
  }

  function readInTurn(): Promise<IteratorResult<Value, void>> {
    const turn = (reading ?? Promise.resolve()).then(read, read)
    const done = turn.then(
      () => {
        if (reading === done) reading = null
      },
      () => {
        if (reading === done) reading = null
      },
    )
    reading = done
    return turn
  }

  return {
    next() {
      if (reading !== null || next >= batch.length) return readInTurn()
      try {
        check()
      } catch {
        return readInTurn()
      }
      return Promise.resolve({ value: batch[next++] as Value, done: false })
    },
    async return() {
      await end()
      return { value: undefined, done: true }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
