/** What a call to a model outside any thread is asked with, and answers. */

import type { ReasoningEffort } from '../protocol/modes.ts'
import type { Usage } from '../protocol/usage.ts'
import type { Input } from '../protocol/user-input.ts'
import type { OutputOf, Schema } from './schema.ts'

/** A piece of a conversation that the host keeps. What the user says may hold images, as with `thread.run()`. */
export type ChatMessage =
  | { readonly role: 'user'; readonly content: Input }
  | { readonly role: 'assistant'; readonly content: string }

/** Either `prompt` or `messages`. */
export interface ChatOptions {
  /** Default: the `Codex`'s; in a tool, the turn's. */
  readonly model?: string | undefined
  /** One thing the user says. */
  readonly prompt?: Input | undefined
  /** Oldest first; the last one is the user's. */
  readonly messages?: readonly ChatMessage[] | undefined
  /** What the developer says in front of it all. */
  readonly instructions?: string | undefined
  /** zod, any Standard Schema, or JSON Schema: the answer is JSON of this shape. */
  readonly schema?: Schema<unknown> | undefined
  readonly signal?: AbortSignal | undefined
  readonly modelReasoningEffort?: ReasoningEffort | undefined
  /** In place of the model's own. */
  readonly temperature?: number | undefined
  /** In place of the model's own. */
  readonly maxOutputTokens?: number | undefined
}

export interface ChatResult<Output = unknown> {
  readonly text: string
  /** The text, parsed and checked; only with `schema`. */
  readonly output?: Output
  /** Null when the provider did not say. */
  readonly usage: Usage | null
  /** True where a part of it is an estimate: of a response that broke and was asked for again. */
  readonly isUsageEstimated?: boolean
  /** US dollars; left out unless all responses had a cost: the provider's own, or by the model's `price`. */
  readonly costUsd?: number
  /** The slug of the model that answered. */
  readonly model: string
  readonly finishReason: 'stop' | 'tool_calls' | 'length' | 'content_filter' | 'other'
  /** The provider's own name for the request, to quote to its support. */
  readonly requestId?: string
}

/** What a call with a `schema` gives. */
export interface ChatData<Output> extends ChatResult<Output> {
  readonly output: Output
}

/** One call to a model, outside any thread; see `codex.chat()`. */
export interface Chat {
  <S extends Schema<unknown>>(options: ChatOptions & { readonly schema: S }): Promise<ChatData<OutputOf<S>>>
  (options: ChatOptions): Promise<ChatResult>
}
