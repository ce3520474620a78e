/** What every provider's client gives: one request out, one stream of our events back. */

import type { JsonSchema } from '../protocol/json.ts'
import type { ReasoningEffort, WireApi } from '../protocol/modes.ts'
import type { ResponseItem } from '../protocol/response-item.ts'
import type { ToolSpec } from '../protocol/tool-spec.ts'
import type { Usage } from '../protocol/usage.ts'
import type { ChatProfileName } from './chat/profile-names.ts'
import type { ModelPrice } from './cost.ts'
import type { RateLimit } from './rate-limits.ts'

export interface ModelRequest {
  /** The model's name as the provider spells it. */
  readonly model: string
  /** Base instructions; each wire API puts them where it keeps such text. */
  readonly instructions: string
  /** The whole conversation, oldest first, already normalized: each call has one output, each output its call. */
  readonly input: readonly ResponseItem[]
  /** Sorted by name, so that the bytes stay the same from request to request. */
  readonly tools: readonly ToolSpec[]
  readonly parallelToolCalls: boolean
  readonly reasoning?: {
    readonly effort?: ReasoningEffort
    readonly summary?: 'auto' | 'concise' | 'detailed'
  }
  /** The shape that the final text must have. */
  readonly outputSchema?: JsonSchema
  readonly temperature?: number
  readonly maxOutputTokens?: number
  /** The same for all requests of a thread. */
  readonly promptCacheKey?: string
  /** Never sent: what `completed` reckons the cost with where the provider names none. */
  readonly price?: ModelPrice
}

export type FinishReason = 'stop' | 'tool_calls' | 'length' | 'content_filter' | 'other'

/**
 * What a response says while it arrives.
 *
 * Exactly one `completed` ends a good stream; a stream that ends without one, or with an error of the provider's,
 * throws a `ModelError`. An item is authoritative only in `item.done`.
 */
export type ModelEvent =
  | {
      readonly type: 'created'
      readonly responseId: string
      /** The provider's own name for the request, to quote to its support. */
      readonly requestId?: string
      /** What the answer's headers say of the account's limits; left out when they say nothing. */
      readonly rateLimits?: readonly RateLimit[]
    }
  /**
   * What is known of the cost before the response is over: complete for the input, a lower bound for the output.
   *
   * Only some wire APIs say it. `completed` replaces it; of a response that was stopped or broke, it is an estimate.
   */
  | { readonly type: 'usage'; readonly usage: Usage; readonly rawUsage: unknown }
  /** `itemId` is the one that the deltas and `item.done` carry. */
  | { readonly type: 'item.started'; readonly itemId: string; readonly item: ResponseItem }
  | {
      readonly type: 'delta'
      readonly itemId: string
      readonly kind: 'text' | 'reasoning' | 'arguments'
      readonly delta: string
    }
  | { readonly type: 'item.done'; readonly itemId: string; readonly item: ResponseItem }
  | {
      readonly type: 'completed'
      readonly responseId: string
      /** Null when the provider did not say. */
      readonly usage: Usage | null
      /** The same as the provider spelled it, with whatever else it reported, such as a cost. */
      readonly rawUsage?: unknown
      /** US dollars: as the provider reported them, else by the request's `price`; left out where neither is known. */
      readonly costUsd?: number
      readonly finishReason: FinishReason
      /** False when the provider asks to be called again although no call is open. */
      readonly endTurn?: boolean
    }

export interface ModelClient {
  /** The provider's name in the host's options, such as `openrouter`. */
  readonly provider: string
  readonly wireApi: WireApi
  /** False where free-text tools have to be sent as functions with one `input` string. */
  readonly supportsCustomTools: boolean
  /**
   * Send one request.
   *
   * @throws {ModelError} Before the first event when the provider refused or could not be reached; after it when the
   *   stream broke. Aborting `signal` closes the socket and throws the signal's reason.
   */
  stream(request: ModelRequest, options: { readonly signal: AbortSignal }): AsyncIterable<ModelEvent>
}

/** How to reach a provider; all that a client is made from. */
export interface ProviderConfig {
  readonly name: string
  readonly baseUrl: string
  readonly apiKey: string | undefined
  readonly wireApi: WireApi
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  /** The dialect of a server that speaks Chat; by its address or name unless told. */
  readonly profile?: ChatProfileName
  /** Fields that each Chat request has besides ours, such as OpenRouter's `provider`. */
  readonly body?: Readonly<Record<string, unknown>>
  /** Retries of a request that got no stream (no connection, 5xx). Codex's default is 4. */
  readonly requestRetriesMax?: number
  /** Longest silence between two events of a stream, in milliseconds. Codex's default is 300,000. */
  readonly streamIdleTimeoutMs?: number
}
