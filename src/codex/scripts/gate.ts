/** The turn that a running script's calls belong to: scripts may outlive the turn that started them. */

import type { TurnScope } from '../turn/turn-scope.ts'

export class ScriptGate {
  #open = Promise.withResolvers<TurnScope>()
  #isOpen = false

  enter(scope: TurnScope): void {
    this.#isOpen = true
    this.#open.resolve(scope)
  }

  leave(): void {
    if (this.#isOpen) this.#open = Promise.withResolvers()
    this.#isOpen = false
  }

  /** The running turn, or the next one. Rejects with the signal's reason when that comes first. */
  async scope(signal: AbortSignal): Promise<TurnScope> {
    signal.throwIfAborted()
    const stopped = Promise.withResolvers<never>()
    const stop = () => stopped.reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    try {
      return await Promise.race([this.#open.promise, stopped.promise])
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}
