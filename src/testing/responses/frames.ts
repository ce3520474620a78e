/** An answer as the event stream of the Responses API. */

import type { Answer } from '../answer.ts'
import type { Ids } from '../ids.ts'
import type { JsonRecord } from '../json.ts'
import type {
  CustomCallPart,
  Ending,
  FunctionCallPart,
  MessagePart,
  ReasoningPart,
  StreamPart,
} from '../parts.ts'
import { piecesOf } from '../script.ts'
import type { AnswerContext, Frame } from '../wire.ts'

/** An event without its sequence number, or bytes between two events. */
type Emission = JsonRecord & ({ readonly type: string } | { readonly raw: string })

/** The event types after which a response is over. */
const TERMINAL = new Set(['response.completed', 'response.incomplete', 'response.failed', 'error'])

/** There is no `[DONE]`. @see https://platform.openai.com/docs/api-reference/responses-streaming */
export function responseFrames(answer: Answer, context: AnswerContext): Frame[] {
  const frames: Frame[] = []
  let sequenceNumber = 0
  for (const emission of emissions(answer, context)) {
    if (typeof emission.raw === 'string') {
      frames.push({ text: emission.raw, isTerminal: false })
    } else {
      const type = String(emission.type)
      const data = JSON.stringify({ ...emission, type, sequence_number: sequenceNumber++ })
      frames.push({ text: `event: ${type}\ndata: ${data}\n\n`, isTerminal: TERMINAL.has(type) })
    }
  }
  return frames
}

function* emissions(answer: Answer, context: AnswerContext): Generator<Emission> {
  const response = newResponse(context)
  yield { type: 'response.created', response }
  yield { type: 'response.in_progress', response }

  const output: JsonRecord[] = []
  for (const part of answer.stream) {
    if (part.kind === 'raw') {
      yield { raw: part.text }
    } else {
      output.push(yield* itemEvents(part, output.length, context))
    }
  }
  const endTurn = answer.turnGoesOn ? { end_turn: false } : {}
  yield* endingEvents(answer.ending, { ...response, output, usage: usageOf(answer), ...endTurn })
}

function newResponse({ request, ids, createdAt }: AnswerContext): JsonRecord {
  return {
    id: ids.next('resp'),
    object: 'response',
    created_at: createdAt,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    metadata: {},
    model: request.model,
    output: [],
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: request.reasoning ?? { effort: null, summary: null },
    store: request.store ?? true,
    temperature: request.temperature ?? 1,
    text: request.text ?? { format: { type: 'text' } },
    tool_choice: request.tool_choice ?? 'auto',
    tools: request.tools ?? [],
    top_p: request.top_p ?? 1,
    truncation: 'disabled',
    usage: null,
  }
}

function usageOf({ usage }: Answer): unknown {
  if (usage === null) return null
  return {
    input_tokens: usage.input_tokens,
    input_tokens_details: {
      cached_tokens: usage.cached_input_tokens,
      cache_write_tokens: usage.cache_write_input_tokens,
    },
    output_tokens: usage.output_tokens,
    output_tokens_details: { reasoning_tokens: usage.reasoning_output_tokens },
    total_tokens: usage.input_tokens + usage.output_tokens,
  }
}

function* endingEvents(ending: Ending | undefined, response: JsonRecord): Generator<Emission> {
  switch (ending?.kind) {
    case undefined:
      yield { type: 'response.completed', response: { ...response, status: 'completed' } }
      return
    case 'incomplete': {
      const incomplete_details = { reason: ending.reason }
      yield {
        type: 'response.incomplete',
        response: { ...response, status: 'incomplete', incomplete_details },
      }
      return
    }
    case 'fails': {
      const { code, message } = ending
      if (ending.as === 'event') {
        yield { type: 'error', code, message, param: null }
      } else {
        const error = { code, message }
        yield { type: 'response.failed', response: { ...response, status: 'failed', usage: null, error } }
      }
      return
    }
    case 'no-terminal-event':
  }
}

/** Gives the finished item. */
function* itemEvents(
  part: Exclude<StreamPart, { kind: 'raw' }>,
  outputIndex: number,
  context: AnswerContext,
): Generator<Emission, JsonRecord> {
  switch (part.kind) {
    case 'message':
      return yield* messageEvents(part, outputIndex, context.ids)
    case 'function-call':
      return yield* functionCallEvents(part, outputIndex, context.ids)
    case 'custom-call':
      return yield* customCallEvents(part, outputIndex, context.ids)
    case 'reasoning':
      return yield* reasoningEvents(part, outputIndex, context)
    case 'verbatim':
      yield { type: 'response.output_item.added', output_index: outputIndex, item: part.item }
      yield { type: 'response.output_item.done', output_index: outputIndex, item: part.item }
      return part.item
  }
}

function* messageEvents(part: MessagePart, output_index: number, ids: Ids): Generator<Emission, JsonRecord> {
  const { text } = part
  const id = part.id ?? ids.next('msg')
  const head = {
    id,
    type: 'message',
    role: 'assistant',
    ...(part.phase === undefined ? {} : { phase: part.phase }),
  }
  const at = { item_id: id, output_index, content_index: 0 }
  const textPart = { type: 'output_text', text, annotations: [], logprobs: [] }
  const item = { ...head, status: 'completed', content: [textPart] }

  yield {
    type: 'response.output_item.added',
    output_index,
    item: { ...head, status: 'in_progress', content: [] },
  }
  yield { type: 'response.content_part.added', ...at, part: { ...textPart, text: '' } }
  for (const delta of piecesOf(text, part.deltas)) {
    yield { type: 'response.output_text.delta', ...at, delta, logprobs: [] }
  }
  yield { type: 'response.output_text.done', ...at, text, logprobs: [] }
  yield { type: 'response.content_part.done', ...at, part: textPart }
  yield { type: 'response.output_item.done', output_index, item }
  return item
}

function* functionCallEvents(
  part: FunctionCallPart,
  output_index: number,
  ids: Ids,
): Generator<Emission, JsonRecord> {
  const id = part.id ?? ids.next('fc')
  const head = { id, type: 'function_call', call_id: ids.call(part.callId), name: part.name }
  const at = { item_id: id, output_index }
  const item = { ...head, arguments: part.arguments, status: 'completed' }

  yield {
    type: 'response.output_item.added',
    output_index,
    item: { ...head, arguments: '', status: 'in_progress' },
  }
  for (const delta of piecesOf(part.arguments, part.deltas)) {
    yield { type: 'response.function_call_arguments.delta', ...at, delta }
  }
  yield { type: 'response.function_call_arguments.done', ...at, name: part.name, arguments: part.arguments }
  yield { type: 'response.output_item.done', output_index, item }
  return item
}

function* customCallEvents(
  part: CustomCallPart,
  output_index: number,
  ids: Ids,
): Generator<Emission, JsonRecord> {
  const id = part.id ?? ids.next('ctc')
  const head = { id, type: 'custom_tool_call', call_id: ids.call(part.callId), name: part.name }
  const at = { item_id: id, output_index }
  const item = { ...head, input: part.input, status: 'completed' }

  yield {
    type: 'response.output_item.added',
    output_index,
    item: { ...head, input: '', status: 'in_progress' },
  }
  for (const delta of piecesOf(part.input, part.deltas)) {
    yield { type: 'response.custom_tool_call_input.delta', ...at, delta }
  }
  yield { type: 'response.custom_tool_call_input.done', ...at, input: part.input }
  yield { type: 'response.output_item.done', output_index, item }
  return item
}

function* reasoningEvents(
  part: ReasoningPart,
  output_index: number,
  { ids, request }: AnswerContext,
): Generator<Emission, JsonRecord> {
  const id = part.id ?? ids.next('rs')
  const encrypted = part.encrypted ?? (wantsEncrypted(request) ? ids.next('encrypted') : undefined)
  const head = {
    id,
    type: 'reasoning',
    ...(encrypted === undefined ? {} : { encrypted_content: encrypted }),
  }
  const at = { item_id: id, output_index, summary_index: 0 }
  const summaryPart = { type: 'summary_text', text: part.summary }
  const item = { ...head, summary: [summaryPart] }

  yield { type: 'response.output_item.added', output_index, item: { ...head, summary: [] } }
  yield { type: 'response.reasoning_summary_part.added', ...at, part: { ...summaryPart, text: '' } }
  for (const delta of piecesOf(part.summary, part.deltas)) {
    yield { type: 'response.reasoning_summary_text.delta', ...at, delta }
  }
  yield { type: 'response.reasoning_summary_text.done', ...at, text: part.summary }
  yield { type: 'response.reasoning_summary_part.done', ...at, part: summaryPart }
  yield { type: 'response.output_item.done', output_index, item }
  return item
}

function wantsEncrypted(request: JsonRecord): boolean {
  return Array.isArray(request.include) && request.include.includes('reasoning.encrypted_content')
}
