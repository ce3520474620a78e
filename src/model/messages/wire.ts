/** Anthropic's Messages API, as far as we and those who imitate it speak it. */

import type { JsonSchema } from '../../protocol/json.ts'
import { isRecord, type JsonRecord } from '../json-record.ts'

/** The body of `POST /v1/messages`: what stays the same from request to request stands first. */
export interface RequestBody {
  readonly model: string
  readonly max_tokens: number
  readonly stream: true
  readonly temperature?: number
  readonly thinking?: Thinking
  readonly output_config?: {
    readonly effort?: Effort
    readonly format?: { readonly type: 'json_schema'; readonly schema: JsonSchema }
  }
  readonly tool_choice?:
    | { readonly type: 'auto'; readonly disable_parallel_tool_use: true }
    | { readonly type: 'none' }
  readonly tools?: readonly WireTool[]
  readonly system?: readonly TextBlock[]
  readonly messages: readonly WireMessage[]
}

export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max'

export type Thinking =
  | { readonly type: 'adaptive'; readonly display: 'summarized' }
  | { readonly type: 'enabled'; readonly budget_tokens: number }
  | { readonly type: 'disabled' }

export interface WireTool {
  readonly name: string
  readonly description?: string
  readonly input_schema: JsonSchema
  readonly strict?: true
  /** Arguments arrive as they are written, not field by field when each is whole. */
  readonly eager_input_streaming?: true
  readonly cache_control?: CacheControl
}

export interface WireMessage {
  readonly role: 'user' | 'assistant'
  readonly content: readonly Block[]
}

export interface CacheControl {
  readonly type: 'ephemeral'
}

export type TextBlock = {
  readonly type: 'text'
  readonly text: string
  readonly cache_control?: CacheControl
}

export type ImageBlock = {
  readonly type: 'image'
  readonly source:
    | { readonly type: 'base64'; readonly media_type: string; readonly data: string }
    | { readonly type: 'url'; readonly url: string }
}

/** A piece of a message; what we only carry back, such as thinking, is as its maker made it. */
export type Block = { readonly type: string; readonly [field: string]: unknown }

/** What an item keeps for the model that made it: the block to send back, as it came. */
export interface BlockData {
  readonly block: Block
}

export function isBlockData(data: JsonRecord | null): data is JsonRecord & BlockData {
  return data !== null && isRecord(data.block) && typeof data.block.type === 'string'
}

export function isThinking(block: Block): boolean {
  return block.type === 'thinking' || block.type === 'redacted_thinking'
}
