/** The time a script may take, which stands still while a person is asked. */

export class WallClock {
  #leftMs: number
  #startedAt = 0
  #pauses = 0
  #timer: NodeJS.Timeout | undefined
  readonly #onEnd: () => void

  /** Runs from now on, and keeps the process alive until `stop`, also while it is paused. */
  constructor(ms: number, onEnd: () => void) {
    this.#leftMs = ms
    this.#onEnd = onEnd
    this.#run()
  }

  /** Gives what ends this pause; the clock goes on when every pause has ended. */
  pause(): () => void {
    if (this.#pauses++ === 0) this.#halt()
    let ended = false
    return () => {
      if (ended) return
      ended = true
      if (--this.#pauses === 0) this.#run()
    }
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // A pause that ends later must not start it again.
    this.#pauses = Number.POSITIVE_INFINITY
  }

  #run(): void {
    clearTimeout(this.#timer)
    this.#startedAt = performance.now()
    this.#timer = setTimeout(this.#onEnd, this.#leftMs)
  }

  #halt(): void {
    clearTimeout(this.#timer)
    this.#leftMs = Math.max(0, this.#leftMs - (performance.now() - this.#startedAt))
    this.#timer = setInterval(() => {}, 2 ** 30)
  }
}
