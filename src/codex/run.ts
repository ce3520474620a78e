/** One run of a thread, to be awaited or read event by event. */

import type { ThreadEvent } from '../protocol/thread-event.ts'
import type { Turn } from '../protocol/turn.ts'
import { AsyncQueue } from '../std/async-queue.ts'

// biome-ignore lint/suspicious/noExplicitAny: as the language's own Promise has it, which a run stands in for.
type OnRejected<Result> = (error: any) => Result | PromiseLike<Result>

/** How a run is told what happens, and how it asks for the end. */
export interface RunSource<Output> {
  /** Settles when the turn has. */
  readonly result: Promise<Turn<Output>>
  readonly stop: () => void
}

/**
 * What `thread.run()` gives: it is at work already.
 *
 * Await it for the `Turn`, or iterate it for the events; leaving the loop stops the turn. When it fails, the last event
 * says so, and then both the iterator and the promise give the same error; whoever looks at neither hears nothing.
 */
export class Run<Output = unknown>
  implements Promise<Turn<Output>>, AsyncIterable<ThreadEvent>, AsyncDisposable
{
  readonly [Symbol.toStringTag] = 'Run'
  readonly #events: AsyncQueue<ThreadEvent>
  readonly #source: RunSource<Output>
  #isRead = false

  /**
   * @param start Gets the sink that the run's events go into.
   * @internal
   */
  constructor(start: (emit: (event: ThreadEvent) => void) => RunSource<Output>) {
    this.#events = new AsyncQueue({ onReturn: () => this.#stopped() })
    this.#source = start((event) => {
      // Pieces of items are worth keeping only for somebody who reads along.
      if (event.type !== 'item.delta' || this.#isRead) this.#events.push(event)
    })
    this.#source.result.then(
      () => this.#events.end(),
      (error: unknown) => this.#events.fail(error),
    )
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaitable by design.
  then<Fulfilled = Turn<Output>, Rejected = never>(
    onFulfilled?: ((turn: Turn<Output>) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: OnRejected<Rejected> | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#source.result.then(onFulfilled, onRejected)
  }

  catch<Rejected = never>(onRejected?: OnRejected<Rejected> | null): Promise<Turn<Output> | Rejected> {
    return this.#source.result.catch(onRejected)
  }

  finally(onSettled?: (() => void) | null): Promise<Turn<Output>> {
    return this.#source.result.finally(onSettled)
  }

  /** @throws {TypeError} The events are being read already: they are handed out once. */
  [Symbol.asyncIterator](): AsyncIterator<ThreadEvent> & AsyncIterable<ThreadEvent> {
    if (this.#isRead) throw new TypeError('The events of a run can be read once.')
    this.#isRead = true
    return this.#events
  }

  /** Stops the turn if it still runs, and waits until it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stopped()
  }

  async #stopped(): Promise<void> {
    this.#source.stop()
    await this.#source.result.catch(() => {})
  }
}
