/** What one submission came to. */

import type { SdkThreadItem } from './thread-item.ts'
import type { Usage } from './usage.ts'

/** Source of the first three fields: `@openai/codex-sdk`. */
export interface Turn<Output = unknown> {
  /** In the order they were completed; those that a stop cut short stand as they were. */
  items: SdkThreadItem[]
  /** The text of the last agent message; empty when there was none. */
  finalResponse: string
  /** This turn's tokens; null when no request was answered. */
  usage: Usage | null
  /** True where a part of it is an estimate: of a response that broke, or was stopped. */
  isUsageEstimated?: boolean
  /** US dollars; left out unless all responses had a cost: the provider's own, or by the model's `price`. */
  costUsd?: number
  /** Tokens of the whole thread so far, this turn included. */
  threadUsage: Usage
  threadId: string
  turnId: string
  /** The slug of the model that gave the last response; left out when none did. */
  model?: string
  /** Model requests that the turn made, retries not counted. */
  steps: number
  /** The final response, parsed and checked; only with `outputSchema`. */
  output?: Output
}
