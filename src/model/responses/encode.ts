/** Our request as a body of the Responses API. */

import type { ContentItem, ResponseItem, ToolOutput } from '../../protocol/response-item.ts'
import type { ToolSpec } from '../../protocol/tool-spec.ts'
import { keptFor, type Maker } from '../maker.ts'
import type { ModelRequest } from '../model-client.ts'
import { oncePerTools } from '../once-per-tools.ts'
import { canBeStrict } from '../strict-schema.ts'
import { shortCallId } from './call-id.ts'
import type { InputItem, RequestBody, WireTool } from './wire.ts'

/**
 * The body for a request.
 *
 * A pure function of the request, item by item, so that a conversation that has grown begins with the bytes it had.
 * Base instructions are the first developer message, as Codex sends them.
 *
 * @param provider Its name in the host's options: what others made privately is left out.
 */
export function encodeRequest(request: ModelRequest, provider: string): RequestBody {
  const maker: Maker = { provider, model: request.model, wireApi: 'responses' }
  const input = request.instructions === '' ? [] : [developerMessage(request.instructions)]
  for (const item of request.input) {
    const wire = encodeItem(item, maker)
    if (wire !== null) input.push(wire)
  }
  return {
    model: request.model,
    stream: true,
    input,
    tools: encodeTools(request.tools, WIRE),
    tool_choice: 'auto',
    parallel_tool_calls: request.parallelToolCalls,
    ...(request.reasoning === undefined ? {} : { reasoning: request.reasoning }),
    store: false,
    include: ['reasoning.encrypted_content'],
    ...(request.promptCacheKey === undefined ? {} : { prompt_cache_key: request.promptCacheKey }),
    ...(request.outputSchema === undefined
      ? {}
      : {
          text: {
            format: {
              type: 'json_schema',
              name: 'codex_output_schema',
              strict: canBeStrict(request.outputSchema),
              schema: request.outputSchema,
            },
          },
        }),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.maxOutputTokens === undefined ? {} : { max_output_tokens: request.maxOutputTokens }),
  }
}

/** Null for what only its maker may see. The fields are written out, so their order is ours however an item was stored. */
function encodeItem(item: ResponseItem, maker: Maker): InputItem | null {
  const id = item.id === undefined ? {} : { id: item.id }
  switch (item.type) {
    case 'message':
      return {
        type: 'message',
        ...id,
        role: item.role,
        content: item.content.map(encodeContent),
        ...(item.phase === undefined ? {} : { phase: item.phase }),
      }
    case 'reasoning':
      if (!isFor(item, maker)) return null
      return {
        type: 'reasoning',
        ...id,
        summary: item.summary,
        ...(item.content === undefined ? {} : { content: item.content }),
        ...(item.encrypted_content === undefined ? {} : { encrypted_content: item.encrypted_content }),
      }
    case 'function_call':
      return {
        type: 'function_call',
        ...id,
        call_id: shortCallId(item.call_id),
        name: item.name,
        ...(item.namespace === undefined ? {} : { namespace: item.namespace }),
        arguments: item.arguments,
      }
    case 'custom_tool_call':
      return {
        type: 'custom_tool_call',
        ...id,
        call_id: shortCallId(item.call_id),
        name: item.name,
        input: item.input,
      }
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { type: item.type, ...id, call_id: shortCallId(item.call_id), output: encodeOutput(item.output) }
    case 'web_search_call':
      return {
        type: 'web_search_call',
        ...id,
        ...(item.status === undefined ? {} : { status: item.status }),
        ...(item.action === undefined ? {} : { action: item.action }),
      }
    case 'other':
      return isFor(item, maker) ? item.raw : null
  }
}

function encodeContent(part: ContentItem): InputItem {
  if (part.type !== 'input_image') return { type: part.type, text: part.text }
  return {
    type: 'input_image',
    image_url: part.image_url,
    ...(part.detail === undefined ? {} : { detail: part.detail }),
  }
}

function encodeOutput(output: ToolOutput): string | InputItem[] {
  return typeof output === 'string' ? output : output.map(encodeContent)
}

/** Its tools look the same to everybody. */
const WIRE = {}
const encodeTools = oncePerTools((tools) => tools.map(encodeTool))

function encodeTool(tool: ToolSpec): WireTool {
  if (tool.type === 'custom') {
    return {
      type: 'custom',
      name: tool.name,
      description: tool.description,
      ...(tool.format === undefined ? {} : { format: tool.format }),
    }
  }
  return {
    type: 'function',
    name: tool.name,
    description: tool.description,
    strict: tool.strict,
    parameters: tool.parameters,
  }
}

/** An item without a mark was written by the host, for whoever reads it. */
function isFor(item: ResponseItem, maker: Maker): boolean {
  return item.providerData === undefined || keptFor(maker, item) !== null
}

function developerMessage(text: string): InputItem {
  return { type: 'message', role: 'developer', content: [{ type: 'input_text', text }] }
}
