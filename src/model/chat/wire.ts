/** OpenAI's Chat Completions API, as far as we and those who imitate it speak it. */

import type { JsonSchema } from '../../protocol/json.ts'

/** The body of `POST /chat/completions`; a profile may add fields. */
export interface RequestBody {
  readonly model: string
  readonly messages: readonly ChatMessage[]
  readonly stream: true
  readonly stream_options: { readonly include_usage: true }
  readonly tools?: readonly ChatTool[]
  readonly parallel_tool_calls?: boolean
  readonly response_format?: ResponseFormat
  readonly temperature?: number
  readonly [profileField: string]: unknown
}

export type ResponseFormat =
  | {
      readonly type: 'json_schema'
      readonly json_schema: {
        readonly name: 'codex_output_schema'
        readonly strict: boolean
        readonly schema: JsonSchema
      }
    }
  | { readonly type: 'json_object' }

export interface ChatTool {
  readonly type: 'function'
  readonly function: {
    readonly name: string
    readonly description: string
    readonly parameters: JsonSchema
    readonly strict?: true
  }
}

export type ContentPart = (
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'image_url'
      readonly image_url: { readonly url: string; readonly detail?: ImageDetail }
    }
) & {
  /** Of Anthropic, by way of OpenRouter. */
  readonly cache_control?: { readonly type: 'ephemeral' }
}

export type ImageDetail = 'auto' | 'low' | 'high'

export interface ChatToolCall {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
  /** What the server sent with the call and wants back. */
  readonly [returnedField: string]: unknown
}

export interface AssistantMessage {
  readonly role: 'assistant'
  content: string | null
  tool_calls?: ChatToolCall[]
  /** Reasoning goes back under the name that it came by. */
  reasoning?: string
  reasoning_content?: string
  reasoning_details?: readonly unknown[]
  /** What the server sent with the message and wants back. */
  [returnedField: string]: unknown
}

export type ChatMessage =
  | AssistantMessage
  | { readonly role: 'system' | 'user'; readonly content: string | readonly ContentPart[] }
  | {
      readonly role: 'tool'
      readonly tool_call_id: string
      readonly content: string | readonly ContentPart[]
    }

/** The fields in which servers send reasoning text. */
export const REASONING_FIELDS = ['reasoning', 'reasoning_content'] as const
export type ReasoningField = (typeof REASONING_FIELDS)[number]

/** What a reasoning item keeps for the server that made it. */
export interface ReasoningData {
  readonly field: ReasoningField
  /** OpenRouter's `reasoning_details`; they go back as they came. */
  readonly details?: readonly unknown[]
}

export function isReasoningData(data: unknown): data is ReasoningData {
  if (typeof data !== 'object' || data === null || !('field' in data)) return false
  const isFieldKnown = REASONING_FIELDS.some((field) => field === data.field)
  return isFieldKnown && (!('details' in data) || Array.isArray(data.details))
}
