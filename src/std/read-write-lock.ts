/** Many readers or one writer, served in the order they came. */

interface Waiter {
  readonly kind: 'read' | 'write'
  readonly start: () => void
}

export class ReadWriteLock {
  #readers = 0
  #writing = false
  readonly #waiting: Waiter[] = []

  /**
   * Run `body` beside other readers, or alone.
   *
   * Aborting `signal` while waiting rejects with its reason; a body that runs is left to obey the signal itself.
   */
  async run<T>(kind: 'read' | 'write', signal: AbortSignal, body: () => Promise<T>): Promise<T> {
    await this.#acquire(kind, signal)
    try {
      return await body()
    } finally {
      this.#release(kind)
    }
  }

  async #acquire(kind: 'read' | 'write', signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#waiting.length === 0 && this.#fits(kind)) {
      this.#enter(kind)
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter: Waiter = { kind, start: resolve }
    this.#waiting.push(waiter)
    const giveUp = () => {
      const at = this.#waiting.indexOf(waiter)
      if (at < 0) return
      this.#waiting.splice(at, 1)
      reject(signal.reason)
      this.#wake()
    }
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  #fits(kind: 'read' | 'write'): boolean {
    return kind === 'read' ? !this.#writing : !this.#writing && this.#readers === 0
  }

  #enter(kind: 'read' | 'write'): void {
    if (kind === 'read') this.#readers += 1
    else this.#writing = true
  }

  #release(kind: 'read' | 'write'): void {
    if (kind === 'read') this.#readers -= 1
    else this.#writing = false
    this.#wake()
  }

  #wake(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.kind); next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#enter(next.kind)
      next.start()
    }
  }
}
