/** An answer as the chunk stream of the Chat Completions API. */

import { OptionError } from '../../protocol/errors.ts'
import type { Answer } from '../answer.ts'
import type { Ids } from '../ids.ts'
import { isRecord, type JsonRecord } from '../json.ts'
import type { DeltaOptions, Ending, ReasoningPart, StreamPart } from '../parts.ts'
import { piecesOf } from '../script.ts'
import type { AnswerContext, Frame } from '../wire.ts'

/** A chunk's own fields, or bytes between two chunks. */
type Emission = { readonly chunk: JsonRecord; readonly isTerminal: boolean } | { readonly raw: string }

/** Reasoning, and errors in the middle of a stream, as OpenRouter sends them. @see https://openrouter.ai/docs/api-reference/streaming */
export function chatFrames(answer: Answer, context: AnswerContext): Frame[] {
  const { request, ids, createdAt } = context
  const wantsUsage = isRecord(request.stream_options) && request.stream_options.include_usage === true
  const head = {
    id: ids.next('chatcmpl'),
    object: 'chat.completion.chunk',
    created: createdAt,
    model: request.model,
    system_fingerprint: null,
  }

  const frames: Frame[] = []
  for (const emission of emissions(answer, wantsUsage, ids)) {
    if ('raw' in emission) {
      frames.push({ text: emission.raw, isTerminal: false })
    } else {
      const { chunk, isTerminal } = emission
      const usage = wantsUsage ? { usage: null } : {}
      frames.push({ text: `data: ${JSON.stringify({ ...head, ...usage, ...chunk })}\n\n`, isTerminal })
    }
  }
  if (answer.ending?.kind !== 'fails') frames.push({ text: 'data: [DONE]\n\n', isTerminal: true })
  return frames
}

function* emissions(answer: Answer, wantsUsage: boolean, ids: Ids): Generator<Emission> {
  const says = answer.stream.some(({ kind }) => kind === 'message')
  yield deltaChunk({ role: 'assistant', content: says ? '' : null, refusal: null })

  let callCount = 0
  let reasoningCount = 0
  for (const part of answer.stream) {
    switch (part.kind) {
      case 'raw':
        yield { raw: part.text }
        break
      case 'message':
        for (const content of chatPieces(part.text, part)) yield deltaChunk({ content })
        break
      case 'reasoning':
        yield* reasoningChunks(part, reasoningCount++, ids)
        break
      case 'function-call':
      case 'custom-call':
        yield* callChunks(part, callCount++, ids)
        break
      case 'verbatim':
        throw new OptionError(
          'step',
          `Chat has no items, so sends({ type: '${part.item.type}' }) cannot be said`,
        )
    }
  }

  yield endingChunk(answer.ending, callCount > 0 ? 'tool_calls' : 'stop')
  if (wantsUsage && answer.usage !== null && answer.ending?.kind !== 'fails') {
    yield { chunk: { choices: [], usage: usageOf(answer.usage) }, isTerminal: true }
  }
}

function deltaChunk(delta: JsonRecord): Emission {
  return {
    chunk: { choices: [{ index: 0, delta, logprobs: null, finish_reason: null }] },
    isTerminal: false,
  }
}

function* callChunks(
  part: Extract<StreamPart, { kind: 'function-call' | 'custom-call' }>,
  index: number,
  ids: Ids,
): Generator<Emission> {
  const { name, callId } = part
  yield deltaChunk({
    tool_calls: [{ index, id: ids.call(callId), type: 'function', function: { name, arguments: '' } }],
  })
  for (const piece of argumentPieces(part)) {
    yield deltaChunk({ tool_calls: [{ index, function: { arguments: piece } }] })
  }
}

function argumentPieces(
  part: Extract<StreamPart, { kind: 'function-call' | 'custom-call' }>,
): readonly string[] {
  if (part.kind === 'function-call') return chatPieces(part.arguments, part)
  const { deltas } = part
  // The pieces of a freeform input do not join to the JSON that carries it here; only their number can be kept.
  const pieceCount = typeof deltas === 'object' ? deltas.length : deltas
  const options = pieceCount === undefined ? {} : { deltas: pieceCount }
  return chatPieces(JSON.stringify({ input: part.input }), options)
}

function* reasoningChunks(part: ReasoningPart, index: number, ids: Ids): Generator<Emission> {
  const id = part.id ?? ids.next('rs')
  const common = { format: 'openai-responses-v1', index, id }
  for (const summary of chatPieces(part.summary, part)) {
    yield deltaChunk({
      reasoning: summary,
      reasoning_details: [{ type: 'reasoning.summary', summary, ...common }],
    })
  }
  if (part.encrypted !== undefined) {
    yield deltaChunk({
      reasoning_details: [{ type: 'reasoning.encrypted', data: part.encrypted, ...common }],
    })
  }
}

/** Without deltas there is no text at all here, so the least is one piece. */
function chatPieces(text: string, { deltas }: DeltaOptions): readonly string[] {
  return piecesOf(text, deltas === 0 ? 1 : deltas)
}

function endingChunk(ending: Ending | undefined, finishReason: string): Emission {
  const choice = { index: 0, delta: {}, logprobs: null }
  switch (ending?.kind) {
    case 'fails': {
      const { code, message } = ending
      const error = { code, message, metadata: { error_type: code } }
      return { chunk: { error, choices: [{ ...choice, finish_reason: 'error' }] }, isTerminal: true }
    }
    case 'incomplete': {
      const reason = ending.reason === 'max_output_tokens' ? 'length' : ending.reason
      return { chunk: { choices: [{ ...choice, finish_reason: reason }] }, isTerminal: true }
    }
    default:
      return { chunk: { choices: [{ ...choice, finish_reason: finishReason }] }, isTerminal: true }
  }
}

function usageOf(usage: NonNullable<Answer['usage']>): JsonRecord {
  return {
    prompt_tokens: usage.input_tokens,
    completion_tokens: usage.output_tokens,
    total_tokens: usage.input_tokens + usage.output_tokens,
    prompt_tokens_details: {
      cached_tokens: usage.cached_input_tokens,
      cache_write_tokens: usage.cache_write_input_tokens,
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoning_output_tokens },
  }
}
