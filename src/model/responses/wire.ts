/** OpenAI's Responses API, as far as we speak it. */

import { z } from 'zod'
import type { JsonSchema } from '../../protocol/json.ts'
import type { ReasoningEffort } from '../../protocol/modes.ts'

/** The body of `POST /responses`, in the order of Codex's. */
export interface RequestBody {
  readonly model: string
  readonly stream: true
  readonly input: readonly InputItem[]
  readonly tools: readonly WireTool[]
  readonly tool_choice: 'auto'
  readonly parallel_tool_calls: boolean
  readonly reasoning?: {
    readonly effort?: ReasoningEffort
    readonly summary?: 'auto' | 'concise' | 'detailed'
  }
  readonly store: false
  readonly include: readonly ['reasoning.encrypted_content']
  readonly prompt_cache_key?: string
  readonly text?: {
    readonly format: {
      readonly type: 'json_schema'
      readonly name: 'codex_output_schema'
      readonly strict: boolean
      readonly schema: JsonSchema
    }
  }
  readonly temperature?: number
  readonly max_output_tokens?: number
}

export type InputItem = { readonly type: string; readonly [field: string]: unknown }
export type WireTool = { readonly type: 'function' | 'custom'; readonly [field: string]: unknown }

const id = z.string().optional()

const Message = z.object({
  type: z.literal('message'),
  id,
  role: z.literal('assistant').catch('assistant'),
  content: z.array(z.looseObject({ type: z.string() })).default([]),
  phase: z.enum(['commentary', 'final_answer']).optional().catch(undefined),
})

const Reasoning = z.object({
  type: z.literal('reasoning'),
  id,
  summary: z.array(z.object({ type: z.literal('summary_text'), text: z.string() })).default([]),
  content: z
    .array(z.object({ type: z.literal('reasoning_text'), text: z.string() }))
    .nullish()
    .transform((content) => content ?? undefined),
  encrypted_content: z.string().nullish(),
})

/** Of a call that is only announced, the text is not there yet. */
const FunctionCall = z.object({
  type: z.literal('function_call'),
  id,
  call_id: z.string().optional(),
  name: z.string().min(1),
  namespace: z.string().optional().catch(undefined),
  arguments: z.string().default(''),
})

const CustomToolCall = z.object({
  type: z.literal('custom_tool_call'),
  id,
  call_id: z.string().optional(),
  name: z.string().min(1),
  input: z.string().default(''),
})

const WebSearchCall = z.object({
  type: z.literal('web_search_call'),
  id,
  status: z.string().optional(),
  action: z.looseObject({ type: z.string() }).optional().catch(undefined),
})

export const KnownOutputItem = z.discriminatedUnion('type', [
  Message,
  Reasoning,
  FunctionCall,
  CustomToolCall,
  WebSearchCall,
])
export type KnownOutputItem = z.infer<typeof KnownOutputItem>

const KNOWN_TYPES: ReadonlySet<string> = new Set(
  KnownOutputItem.options.map((option) => option.shape.type.value),
)

export function isKnownType(type: string): boolean {
  return KNOWN_TYPES.has(type)
}
