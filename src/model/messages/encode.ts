/** Our request as a body of the Messages API. */

import { isCall } from '../../protocol/response-item.ts'
import type { ToolSpec } from '../../protocol/tool-spec.ts'
import { describeFormat, FREE_TEXT_PARAMETERS } from '../free-text-tool.ts'
import type { Maker } from '../maker.ts'
import type { ModelRequest } from '../model-client.ts'
import { oncePerTools } from '../once-per-tools.ts'
import { endingInBreakpoint, withBreakpoints } from './breakpoints.ts'
import { type Conversation, converse, type Turn } from './conversation.ts'
import { textBlocks } from './encode-item.ts'
import { wireName } from './names.ts'
import type { MessagesProfile } from './profile.ts'
import { createStrictBudget, inputSchema, outputSchema, type StrictBudget } from './schema.ts'
import { planThinking } from './thinking.ts'
import { isThinking, type RequestBody, type Thinking, type WireTool } from './wire.ts'

/** The wire API has no default of its own, and no model that thinks does with much less. */
const OUTPUT_TOKENS_MAX = 32_000

/**
 * The body for a request.
 *
 * A pure function of the request that only ever appends: but for the breakpoints at its end, a conversation that has
 * grown by whole steps begins with the bytes it had.
 *
 * @param provider Its name in the host's options: thinking goes back to its maker alone.
 * @throws {OptionError} A temperature where none is taken.
 */
export function encodeRequest(
  request: ModelRequest,
  provider: string,
  profile: MessagesProfile,
): RequestBody {
  const { model, instructions, temperature, outputSchema: answer, maxOutputTokens } = request
  const outputTokensMax = maxOutputTokens ?? OUTPUT_TOKENS_MAX
  const { effort, thinking: wanted } = planThinking(request, provider, profile, outputTokensMax)
  const { thinking, conversation } = conversationFor(
    request,
    { provider, model, wireApi: 'messages' },
    wanted,
  )
  const system = [...textBlocks(instructions), ...conversation.system]
  const config = {
    ...(effort === undefined ? {} : { effort }),
    ...(answer === undefined
      ? {}
      : { format: { type: 'json_schema' as const, schema: outputSchema(answer) } }),
  }
  return {
    model,
    max_tokens: outputTokensMax,
    stream: true,
    ...(temperature === undefined ? {} : { temperature }),
    ...(thinking === undefined ? {} : { thinking }),
    ...(Object.keys(config).length === 0 ? {} : { output_config: config }),
    ...encodeTools(request, profile),
    ...(system.length === 0 ? {} : { system: endingInBreakpoint(system) }),
    messages: withBreakpoints(conversation.turns),
  }
}

/**
 * The conversation, and how the model may think about it.
 *
 * With a budget of thinking, a turn that has called tools must have begun with thinking. One that another model began,
 * or that was begun without, is carried to its end without.
 */
function conversationFor(
  { input }: ModelRequest,
  maker: Maker,
  wanted: Thinking | undefined,
): { readonly thinking: Thinking | undefined; readonly conversation: Conversation } {
  const conversation = converse(input, maker, wanted?.type !== 'disabled')
  if (wanted?.type !== 'enabled' || mayThink(conversation.turns)) return { thinking: wanted, conversation }
  return { thinking: { type: 'disabled' }, conversation: converse(input, maker, false) }
}

function mayThink(turns: readonly Turn[]): boolean {
  const prompt = turns.findLastIndex(
    ({ role, blocks }) => role === 'user' && !blocks.some(({ block }) => block.type === 'tool_result'),
  )
  const begun = turns[prompt + 1]?.blocks[0]
  return begun === undefined || isThinking(begun.block)
}

function encodeTools(
  { tools, parallelToolCalls, input }: ModelRequest,
  profile: MessagesProfile,
): Pick<RequestBody, 'tools' | 'tool_choice'> {
  if (tools.length === 0) {
    // Calls in the history are refused without declared tools, so those are declared that were called, and kept shut.
    const names = [...new Set(input.filter(isCall).map(({ name }) => wireName(name)))].sort()
    if (names.length === 0) return {}
    const declared = names.map(
      (name): WireTool => ({ name, input_schema: { type: 'object', properties: {} } }),
    )
    return { tool_choice: { type: 'none' }, tools: endingInBreakpoint(declared) }
  }
  return {
    ...(parallelToolCalls
      ? {}
      : { tool_choice: { type: 'auto' as const, disable_parallel_tool_use: true as const } }),
    tools: declaredTools(tools, profile),
  }
}

const declaredTools = oncePerTools((tools, profile: MessagesProfile) => {
  const mayBeStrict = createStrictBudget()
  return endingInBreakpoint(tools.map((tool) => encodeTool(tool, mayBeStrict, profile)))
})

function encodeTool(tool: ToolSpec, mayBeStrict: StrictBudget, profile: MessagesProfile): WireTool {
  const parameters = tool.type === 'custom' ? FREE_TEXT_PARAMETERS : inputSchema(tool.parameters)
  const description = tool.type === 'custom' ? describeFormat(tool) : tool.description
  const isStrict = tool.type === 'function' && tool.strict && mayBeStrict(parameters)
  return {
    name: wireName(tool.name),
    ...(description === '' ? {} : { description }),
    input_schema: parameters,
    // What is held to a schema is written at once where it is held; only the others can be streamed as they come.
    ...(isStrict ? { strict: true } : {}),
    ...(!isStrict && profile.hasEagerTools ? { eager_input_streaming: true } : {}),
  }
}
