/** A turn while it runs: who listens, what it shows, and how it is stopped. */

import type { TurnId } from '../../protocol/ids.ts'
import type { MessageItem } from '../../protocol/response-item.ts'
import type { ThreadEvent } from '../../protocol/thread-event.ts'
import type { Turn } from '../../protocol/turn.ts'
import type { Input } from '../../protocol/user-input.ts'
import type { Redactor } from '../../std/redact.ts'
import { redactOutput } from '../../tools/redact-output.ts'
import { ItemLog } from './item-log.ts'

/** Why a turn was stopped: the reason of its signal, which the session turns into the error that a host sees. */
export class TurnStop extends Error {
  override readonly name = 'TurnStop'
  /** `limit` and `blocked` fail the turn, the others abort it. */
  readonly reason: 'interrupted' | 'closed' | 'limit' | 'blocked'
  readonly limit: { readonly name: string; readonly value: number } | undefined
  /** What a hook said that blocked it. */
  readonly block: string | undefined

  constructor(
    reason: TurnStop['reason'],
    details: {
      readonly limit?: { readonly name: string; readonly value: number }
      readonly block?: string
      readonly cause?: unknown
    } = {},
  ) {
    super(`The turn was stopped: ${reason}.`, { cause: details.cause })
    this.reason = reason
    this.limit = details.limit
    this.block = details.block
  }

  /** Null where the turn did not merely stop, but failed. */
  get abortReason(): 'interrupted' | 'closed' | null {
    return this.reason === 'interrupted' || this.reason === 'closed' ? this.reason : null
  }
}

/** What was said to a turn while it ran. */
export interface SteeredInput {
  readonly input: Input
  /** Who said it, where that is not the one user. */
  readonly author: string | undefined
}

/** Made before anything else happens, so that it can be stopped or steered from its first moment. */
export class ActiveTurn {
  readonly turnId: TurnId
  readonly items: ItemLog
  /** The shape that its answer was asked to have. */
  readonly outputSchema: unknown
  readonly #redactor: Redactor
  readonly #controller = new AbortController()
  readonly #listeners = new Set<(event: ThreadEvent) => void>()
  readonly #settled = Promise.withResolvers<Turn>()
  #steered: SteeredInput[] = []
  #takesInput = true
  #told: MessageItem[] = []

  constructor(turnId: TurnId, redactor: Redactor, outputSchema?: unknown) {
    this.turnId = turnId
    this.outputSchema = outputSchema
    this.#redactor = redactor
    this.items = new ItemLog((event) => this.emit(event), redactor)
    this.#settled.promise.catch(() => {})
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Settles when the turn has; a rejection nobody looks at is no event. */
  get result(): Promise<Turn> {
    return this.#settled.promise
  }

  settle(outcome: { readonly turn: Turn } | { readonly error: unknown }): void {
    if ('turn' in outcome) this.#settled.resolve(outcome.turn)
    else this.#settled.reject(outcome.error)
    this.#listeners.clear()
  }

  listen(listener: (event: ThreadEvent) => void): void {
    this.#listeners.add(listener)
  }

  emit(event: ThreadEvent): void {
    // A provider's failure may repeat what it was sent.
    const told = event.type === 'error' ? redactOutput(event, this.#redactor) : event
    for (const listener of this.#listeners) listener(told)
  }

  /** The first stop counts. */
  stop(stop: TurnStop): void {
    if (!this.#controller.signal.aborted) this.#controller.abort(stop)
  }

  /** The model reads it before its next step. False where there will be none: nothing was taken in. */
  steer(input: Input, author?: string): boolean {
    if (this.#takesInput) this.#steered.push({ input, author })
    return this.#takesInput
  }

  /** Takes in nothing more; false, and nothing has changed, where something was not read yet. */
  closeInput(): boolean {
    this.#takesInput = this.#steered.length > 0
    return !this.#takesInput
  }

  /** As `steer`, for what the host itself puts in. */
  tell(...messages: readonly MessageItem[]): void {
    this.#told.push(...messages)
  }

  takeTold(): MessageItem[] {
    return this.#told.splice(0)
  }

  takeSteered(): SteeredInput[] {
    const steered = this.#steered
    this.#steered = []
    return steered
  }
}
