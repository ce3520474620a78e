/** The seam between a conversation and what a model is shown of it. */

import type { ResponseItem } from '../protocol/response-item.ts'

/** A conversation at the moment before a request. */
export interface HistoryView {
  /** All that is recorded, oldest first. It may grow after the call: copy what is kept. */
  readonly items: readonly ResponseItem[]
  /** The turn that the request belongs to; its items carry it. */
  readonly turnId: string
  /** What the chosen items may cost, by estimate. */
  readonly budgetTokens: number
  readonly signal: AbortSignal
}

/**
 * A way to choose what the model sees of a conversation.
 *
 * One strategy serves one conversation and may remember what it chose. It reaches the world only through what it was
 * made with. What it gives is normalized after it, and goes out in its order: items that did not change should come
 * back as the same objects in the same places, as providers cache by prefix.
 */
export interface HistoryStrategy {
  /** As a host writes it in its options. */
  readonly name: string
  /** `fits`: always within the budget. `compact`: gives what there is, and who runs the turn compacts in time. */
  readonly whenFull: 'compact' | 'fits'
  /** Whether a turn sees anything of those before it. */
  readonly spansTurns: boolean
  prepare(view: HistoryView): Promise<readonly ResponseItem[]>
}
