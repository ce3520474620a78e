/** Our request as a body of the Chat Completions API. */

import type { CallItem, CallOutputItem, MessageItem, ReasoningItem } from '../../protocol/response-item.ts'
import type { ToolSpec } from '../../protocol/tool-spec.ts'
import { describeFormat, FREE_TEXT_PARAMETERS } from '../free-text-tool.ts'
import { keptFor, type Maker } from '../maker.ts'
import type { ModelRequest } from '../model-client.ts'
import { oncePerTools } from '../once-per-tools.ts'
import { withCacheMarks } from './cache-marks.ts'
import { keptFields } from './kept-fields.ts'
import { outputFormat } from './output-format.ts'
import type { ChatProfile } from './profile.ts'
import { systemFirst } from './system-first.ts'
import {
  type AssistantMessage,
  type ChatMessage,
  type ChatTool,
  type ChatToolCall,
  type ContentPart,
  isReasoningData,
  type RequestBody,
} from './wire.ts'

/**
 * The body for a request.
 *
 * A pure function of the request that only ever appends: a conversation that has grown by whole steps begins with the
 * bytes it had. Text, reasoning and calls that stand together are one assistant message, as the model said them.
 *
 * @param provider Its name in the host's options: reasoning goes back to its maker alone.
 */
export function encodeRequest(request: ModelRequest, provider: string, profile: ChatProfile): RequestBody {
  const { tools, temperature, maxOutputTokens, promptCacheKey } = request
  const { format, words } = outputFormat(request, profile)
  const instructions = [request.instructions, words ?? ''].filter((text) => text !== '').join('\n\n')
  const conversation = encodeMessages({ ...request, instructions }, provider, profile)
  return {
    model: request.model,
    messages: arranged(conversation, request, profile),
    stream: true,
    stream_options: { include_usage: true },
    ...(tools.length === 0 ? {} : { tools: encodeTools(tools, profile) }),
    ...parallelCalls(request, profile),
    ...(format === undefined ? {} : { response_format: format }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { [profile.outputLimitField]: maxOutputTokens }),
    ...(promptCacheKey !== undefined && profile.takesPromptCacheKey
      ? { prompt_cache_key: promptCacheKey }
      : {}),
    ...(request.reasoning === undefined ? {} : profile.reasoningRequest(request.reasoning)),
  }
}

interface Conversation {
  readonly messages: readonly ChatMessage[]
  /** How many of them, from the first, the next request will have too. */
  readonly lastingCount: number
}

function arranged(
  { messages, lastingCount }: Conversation,
  { model }: ModelRequest,
  profile: ChatProfile,
): readonly ChatMessage[] {
  if (profile.systemMessages === 'first') return systemFirst(messages)
  return profile.hasCacheMarks(model) ? withCacheMarks(messages, lastingCount) : messages
}

function parallelCalls(
  { tools, parallelToolCalls }: ModelRequest,
  profile: ChatProfile,
): Pick<RequestBody, 'parallel_tool_calls'> {
  if (tools.length === 0 || profile.parallelCalls === 'never') return {}
  const isSaid = profile.parallelCalls === 'always' || !parallelToolCalls
  return isSaid ? { parallel_tool_calls: parallelToolCalls } : {}
}

function encodeMessages(request: ModelRequest, provider: string, profile: ChatProfile): Conversation {
  const maker: Maker = { provider, model: request.model, wireApi: 'chat' }
  const messages: ChatMessage[] = []
  /** The message that calls may still join. */
  let assistant: AssistantMessage | null = null
  let reasoning: Partial<AssistantMessage> = {}
  let images: ContentPart[] = []
  // What carries no turn behind what does, such as the repeated prompt, belongs to this request alone.
  let lastingCount: number | null = null

  /** A run of outputs must stand together behind its calls, so their images wait until it is over. */
  const endOutputs = () => {
    if (images.length > 0) messages.push({ role: 'user', content: images })
    images = []
  }
  const startAssistant = (content: string | null): AssistantMessage => {
    const message: AssistantMessage = { role: 'assistant', content, ...reasoning }
    reasoning = {}
    messages.push(message)
    return message
  }
  const startAnswer = (item: MessageItem): AssistantMessage | null => {
    const text = textOf(item)
    // A stopped stream can leave an empty message behind, and servers refuse those.
    return text === '' ? null : Object.assign(startAssistant(text), keptFields(item, maker, profile))
  }

  if (request.instructions !== '') messages.push({ role: 'system', content: request.instructions })
  for (const item of request.input) {
    switch (item.type) {
      case 'message':
        endOutputs()
        if (item.role === 'assistant') {
          assistant = withText(openCalls(assistant), item) ?? startAnswer(item)
        } else {
          messages.push(encodeMessage(item))
          assistant = null
          reasoning = {}
        }
        break
      case 'reasoning':
        endOutputs()
        // Between calls whose outputs are still to come there is no place for it.
        if (openCalls(assistant) !== null) break
        reasoning = encodeReasoning(item, maker)
        assistant = null
        break
      case 'function_call':
      case 'custom_tool_call':
        endOutputs()
        assistant ??= startAssistant(null)
        addCall(assistant, encodeCall(item, maker, profile), profile)
        break
      case 'function_call_output':
      case 'custom_tool_call_output': {
        const output = encodeOutput(item)
        messages.push({ role: 'tool', tool_call_id: item.call_id, content: output.text })
        images.push(...output.images)
        assistant = null
        break
      }
      case 'web_search_call':
      case 'other':
        // The Chat API has no word for them.
        break
    }
    if (item.turnId !== undefined) lastingCount = messages.length
  }
  endOutputs()
  return { messages, lastingCount: lastingCount ?? messages.length }
}

function addCall(assistant: AssistantMessage, call: ChatToolCall, profile: ChatProfile): void {
  assistant.tool_calls = [...(assistant.tool_calls ?? []), call]
  if (profile.reasoningOnCalls !== null) assistant[profile.reasoningOnCalls] ??= ''
}

/** The message whose calls wait for their outputs. */
function openCalls(assistant: AssistantMessage | null): AssistantMessage | null {
  return assistant?.tool_calls === undefined ? null : assistant
}

/** Other wire APIs have words between calls of one response; here nothing comes between a call and its output. */
function withText(assistant: AssistantMessage | null, item: MessageItem): AssistantMessage | null {
  if (assistant === null) return null
  const texts = [assistant.content ?? '', textOf(item)].filter((text) => text !== '')
  if (texts.length > 0) assistant.content = texts.join('\n\n')
  return assistant
}

function encodeMessage(item: MessageItem): ChatMessage {
  const role = item.role === 'user' ? 'user' : 'system'
  if (!item.content.some((part) => part.type === 'input_image')) return { role, content: textOf(item) }
  const content = item.content.map(
    (part): ContentPart =>
      part.type === 'input_image' ? encodeImage(part) : { type: 'text', text: part.text },
  )
  // Only users can show images.
  return { role: 'user', content }
}

function textOf(item: MessageItem): string {
  return item.content.map((part) => (part.type === 'input_image' ? '' : part.text)).join('')
}

function encodeImage(part: { image_url: string; detail?: string | undefined }): ContentPart {
  // `original` is known to the Responses API alone.
  const detail = part.detail === 'original' ? 'high' : part.detail
  const isKnown = detail === 'auto' || detail === 'low' || detail === 'high'
  return { type: 'image_url', image_url: { url: part.image_url, ...(isKnown ? { detail } : {}) } }
}

function encodeReasoning(item: ReasoningItem, maker: Maker): Partial<AssistantMessage> {
  const kept = keptFor(maker, item)
  if (!isReasoningData(kept)) return {}
  if (kept.details !== undefined) return { reasoning_details: kept.details }
  const text = (item.content ?? []).map((part) => part.text).join('')
  return text === '' ? {} : { [kept.field]: text }
}

function encodeCall(item: CallItem, maker: Maker, profile: ChatProfile): ChatToolCall {
  const text = item.type === 'function_call' ? item.arguments : JSON.stringify({ input: item.input })
  return {
    id: item.call_id,
    type: 'function',
    function: { name: item.name, arguments: text },
    ...keptFields(item, maker, profile),
  }
}

/** A tool's message holds text only; its images follow in a message of the user's. */
function encodeOutput(item: CallOutputItem): { text: string; images: ContentPart[] } {
  if (typeof item.output === 'string') return { text: item.output, images: [] }
  const texts = item.output.flatMap((part) => (part.type === 'input_text' ? [part.text] : []))
  const images = item.output.flatMap((part) => (part.type === 'input_image' ? [encodeImage(part)] : []))
  if (images.length === 0) return { text: texts.join('\n'), images }
  const count = images.length === 1 ? 'An image follows' : `${images.length} images follow`
  return {
    text: [...texts, `[${count} in the next user message.]`].join('\n'),
    images: [{ type: 'text', text: `[Output of the tool call ${item.call_id}:]` }, ...images],
  }
}

const encodeTools = oncePerTools((tools, profile: ChatProfile) =>
  tools.map((tool) => encodeTool(tool, profile)),
)

function encodeTool(tool: ToolSpec, profile: ChatProfile): ChatTool {
  const { name, description } = tool
  if (tool.type === 'custom') {
    return {
      type: 'function',
      function: { name, description: describeFormat(tool), parameters: FREE_TEXT_PARAMETERS },
    }
  }
  return {
    type: 'function',
    function: {
      name,
      description,
      parameters: profile.schema(tool.parameters),
      ...(tool.strict && profile.strictTools ? { strict: true } : {}),
    },
  }
}
