/** The one format of a conversation's items inside this library: Codex's `ResponseItem`, with three fields of ours. */

import { z } from 'zod'

export const InputText = z.object({ type: z.literal('input_text'), text: z.string() })
export const InputImage = z.object({
  type: z.literal('input_image'),
  /** A data URL, or an https address the provider can read. */
  image_url: z.string(),
  detail: z.enum(['auto', 'low', 'high', 'original']).optional(),
})
export const OutputText = z.object({ type: z.literal('output_text'), text: z.string() })
export const ContentItem = z.discriminatedUnion('type', [InputText, InputImage, OutputText])
export type ContentItem = z.infer<typeof ContentItem>

/** What a tool gave back, as the model reads it: text, or parts of text and images. */
export const ToolOutput = z.union([
  z.string(),
  z.array(z.discriminatedUnion('type', [InputText, InputImage])),
])
export type ToolOutput = z.infer<typeof ToolOutput>

/** What a wire API cannot carry for another; it goes back to the provider and model that made it, and to no other. */
export const ProviderData = z.object({
  provider: z.string(),
  model: z.string(),
  data: z.unknown(),
})
export type ProviderData = z.infer<typeof ProviderData>

const ours = {
  /** The provider's id of the item, or one made here. */
  id: z.string().optional(),
  /** The turn it was recorded in. */
  turnId: z.string().optional(),
  /** Whose voice it is, where a thread carries several. */
  agentId: z.string().optional(),
  providerData: ProviderData.optional(),
}

export const MessageItem = z.object({
  type: z.literal('message'),
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.array(ContentItem),
  phase: z.enum(['commentary', 'final_answer']).optional(),
  ...ours,
})

export const ReasoningItem = z.object({
  type: z.literal('reasoning'),
  summary: z.array(z.object({ type: z.literal('summary_text'), text: z.string() })),
  content: z.array(z.object({ type: z.literal('reasoning_text'), text: z.string() })).optional(),
  encrypted_content: z.string().nullable().optional(),
  ...ours,
})

export const FunctionCallItem = z.object({
  type: z.literal('function_call'),
  call_id: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
  /** JSON text, exactly as the model wrote it: it may not parse. */
  arguments: z.string(),
  ...ours,
})

export const FunctionCallOutputItem = z.object({
  type: z.literal('function_call_output'),
  call_id: z.string(),
  output: ToolOutput,
  /** Kept for ourselves; never sent. */
  success: z.boolean().optional(),
  ...ours,
})

export const CustomToolCallItem = z.object({
  type: z.literal('custom_tool_call'),
  call_id: z.string(),
  name: z.string(),
  /** Free text, exactly as the model wrote it. */
  input: z.string(),
  ...ours,
})

export const CustomToolCallOutputItem = z.object({
  type: z.literal('custom_tool_call_output'),
  call_id: z.string(),
  output: ToolOutput,
  success: z.boolean().optional(),
  ...ours,
})

export const WebSearchCallItem = z.object({
  type: z.literal('web_search_call'),
  status: z.string().optional(),
  action: z.looseObject({ type: z.string() }).optional(),
  ...ours,
})

/** An item of a type we do not know, kept as it came. */
export const OtherItem = z.object({
  type: z.literal('other'),
  raw: z.looseObject({ type: z.string() }),
  ...ours,
})

export const ResponseItem = z.discriminatedUnion('type', [
  MessageItem,
  ReasoningItem,
  FunctionCallItem,
  FunctionCallOutputItem,
  CustomToolCallItem,
  CustomToolCallOutputItem,
  WebSearchCallItem,
  OtherItem,
])
export type ResponseItem = z.infer<typeof ResponseItem>
export type MessageItem = z.infer<typeof MessageItem>
export type ReasoningItem = z.infer<typeof ReasoningItem>
export type FunctionCallItem = z.infer<typeof FunctionCallItem>
export type FunctionCallOutputItem = z.infer<typeof FunctionCallOutputItem>
export type CustomToolCallItem = z.infer<typeof CustomToolCallItem>
export type CustomToolCallOutputItem = z.infer<typeof CustomToolCallOutputItem>
export type WebSearchCallItem = z.infer<typeof WebSearchCallItem>
export type OtherItem = z.infer<typeof OtherItem>

export type CallItem = FunctionCallItem | CustomToolCallItem
export type CallOutputItem = FunctionCallOutputItem | CustomToolCallOutputItem

export function isCall(item: ResponseItem): item is CallItem {
  return item.type === 'function_call' || item.type === 'custom_tool_call'
}

export function isCallOutput(item: ResponseItem): item is CallOutputItem {
  return item.type === 'function_call_output' || item.type === 'custom_tool_call_output'
}
