/** A model with others behind it: each takes over where the one before it failed. */

import type { ModelInfo } from '../model/model-table.ts'
import { isSurvivable } from '../model/survivable.ts'
import type { Log } from '../observability/log.ts'
import { messageOf } from '../protocol/errors.ts'
import type { TurnModel } from './turn/turn-scope.ts'

/** A model whose client is made when it is its turn. */
export interface PreparedModel {
  readonly slug: string
  readonly toolCalls: boolean
  /** Whether a free-text tool reaches it, as such or as a function. */
  readonly takesCustomTools: boolean
  /** Whether its cost is known, or may be told by its provider. */
  readonly canBePriced: boolean
  open(): Promise<TurnModel>
}

/** A model took over from another. */
export interface Fallback {
  /** Slugs. */
  readonly from: string
  readonly to: string
  /** What the first failed of, in one line. */
  readonly reason: string
}

/** The model of one turn, which may become another while the turn goes. What is read of it holds for that moment. */
export class ModelChain implements TurnModel {
  readonly #later: PreparedModel[]
  readonly #log: Log
  readonly #takesCustomTools: boolean
  #current: TurnModel

  constructor(first: TurnModel, later: readonly PreparedModel[], log: Log) {
    this.#current = first
    this.#later = [...later]
    this.#log = log
    this.#takesCustomTools = later.every(({ takesCustomTools }) => takesCustomTools)
  }

  get slug(): string {
    return this.#current.slug
  }

  /** The slug of a model that may yet take over, and of which nobody can say what it costs. */
  get unpriced(): string | undefined {
    return this.#later.find(({ canBePriced }) => !canBePriced)?.slug
  }

  get client(): TurnModel['client'] {
    return this.#current.client
  }

  get request(): TurnModel['request'] {
    return this.#current.request
  }

  /** The tools of a turn are told once, so their form is one that every model of the chain takes. */
  get info(): ModelInfo {
    const { info } = this.#current
    return { ...info, customTools: info.customTools && this.#takesCustomTools }
  }

  get toolCalls(): boolean {
    return this.#current.toolCalls
  }

  get streamRetriesMax(): number {
    return this.#current.streamRetriesMax
  }

  get truncation(): TurnModel['truncation'] {
    return this.#current.truncation
  }

  /** Go on with the next model; null when there is none left. @throws {OptionError} Its provider's address cannot be. */
  async fallBack(error: unknown): Promise<Fallback | null> {
    const next = this.#later.shift()
    if (next === undefined) return null
    const fallback: Fallback = { from: this.slug, to: next.slug, reason: messageOf(error) }
    this.#current = await next.open()
    this.#log.warn('A model failed; another one goes on.', { ...fallback })
    return fallback
  }
}

/**
 * Put the next model of a chain in the place of one that failed beyond retrying.
 *
 * @returns Null where no model is left, or none could survive this failure.
 */
export async function fallBack(model: TurnModel, error: unknown): Promise<Fallback | null> {
  return model instanceof ModelChain && isSurvivable(error) ? await model.fallBack(error) : null
}

/** What whoever watches is told of it. */
export function fallbackMessage({ from, to, reason }: Fallback): string {
  return `Falling back from ${from} to ${to}... (${reason})`
}
