/** An answer as the event stream of the Messages API. */

import type { Answer } from '../answer.ts'
import type { JsonRecord } from '../json.ts'
import type { DeltaOptions, Ending, ReasoningPart, StreamPart } from '../parts.ts'
import { piecesOf } from '../script.ts'
import type { AnswerContext, Frame } from '../wire.ts'
import { signatureOf } from './signature.ts'

/** An event, or bytes between two events. */
type Emission = JsonRecord & ({ readonly type: string } | { readonly raw: string })

/** The event types at which a response is over; the first of them says why. */
const TERMINAL = new Set(['message_delta', 'message_stop', 'error'])

/** @see https://platform.claude.com/docs/en/build-with-claude/streaming */
export function messagesFrames(answer: Answer, context: AnswerContext): Frame[] {
  return Array.from(emissions(answer, context), (emission) => {
    if (typeof emission.raw === 'string') return { text: emission.raw, isTerminal: false }
    const type = String(emission.type)
    const text = `event: ${type}\ndata: ${JSON.stringify(emission)}\n\n`
    return { text, isTerminal: TERMINAL.has(type) }
  })
}

function* emissions(answer: Answer, context: AnswerContext): Generator<Emission> {
  yield { type: 'message_start', message: newMessage(answer, context) }
  yield { type: 'ping' }

  let index = 0
  let hasCalls = false
  for (const part of answer.stream) {
    if (part.kind === 'raw') {
      yield { raw: part.text }
    } else {
      hasCalls ||= part.kind === 'function-call' || part.kind === 'custom-call'
      yield* blockEvents(part, index++, context)
    }
  }
  yield* endingEvents(answer, hasCalls ? 'tool_use' : 'end_turn', context)
}

function newMessage(answer: Answer, { request, ids }: AnswerContext): JsonRecord {
  return {
    id: ids.next('msg'),
    type: 'message',
    role: 'assistant',
    model: request.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    ...(answer.usage === null ? {} : { usage: { ...inputUsage(answer.usage), output_tokens: 1 } }),
  }
}

/** Each count stands beside the others: none contains another. */
function inputUsage(usage: NonNullable<Answer['usage']>): JsonRecord {
  const { input_tokens, cached_input_tokens, cache_write_input_tokens } = usage
  return {
    input_tokens: Math.max(0, input_tokens - cached_input_tokens - cache_write_input_tokens),
    cache_creation_input_tokens: cache_write_input_tokens,
    cache_read_input_tokens: cached_input_tokens,
  }
}

function finalUsage(usage: NonNullable<Answer['usage']>): JsonRecord {
  return {
    ...inputUsage(usage),
    output_tokens: usage.output_tokens,
    output_tokens_details: { thinking_tokens: usage.reasoning_output_tokens },
  }
}

function* endingEvents(answer: Answer, usualReason: string, { ids }: AnswerContext): Generator<Emission> {
  const { ending } = answer
  if (ending?.kind === 'fails') {
    const error = { type: ending.code, message: ending.message }
    yield { type: 'error', error, request_id: ids.next('req') }
    return
  }
  const stop_reason = stopReasonOf(ending) ?? (answer.turnGoesOn ? 'pause_turn' : usualReason)
  const stop_details =
    stop_reason === 'refusal' ? { type: 'refusal', category: null, explanation: null } : null
  yield {
    type: 'message_delta',
    delta: { stop_reason, stop_sequence: null, stop_details, container: null },
    ...(answer.usage === null ? {} : { usage: finalUsage(answer.usage) }),
  }
  yield { type: 'message_stop' }
}

/** In the words of this wire API, where a script names the reason in those of another. */
function stopReasonOf(ending: Ending | undefined): string | undefined {
  if (ending?.kind !== 'incomplete') return undefined
  if (ending.reason === 'max_output_tokens' || ending.reason === 'length') return 'max_tokens'
  return ending.reason === 'content_filter' ? 'refusal' : ending.reason
}

function* blockEvents(
  part: Exclude<StreamPart, { kind: 'raw' }>,
  index: number,
  context: AnswerContext,
): Generator<Emission> {
  const { content_block, deltas } = blockOf(part, context)
  yield { type: 'content_block_start', index, content_block }
  for (const delta of deltas) yield { type: 'content_block_delta', index, delta }
  yield { type: 'content_block_stop', index }
}

interface SentBlock {
  readonly content_block: JsonRecord
  readonly deltas: readonly JsonRecord[]
}

function blockOf(part: Exclude<StreamPart, { kind: 'raw' }>, { ids }: AnswerContext): SentBlock {
  switch (part.kind) {
    case 'message':
      return {
        content_block: { type: 'text', text: '', citations: null },
        deltas: leastOne(part.text, part).map((text) => ({ type: 'text_delta', text })),
      }
    case 'reasoning':
      return thinkingBlock(part)
    case 'function-call':
    case 'custom-call': {
      const { name, callId } = part
      return {
        content_block: {
          type: 'tool_use',
          id: ids.call(callId),
          name,
          input: {},
          caller: { type: 'direct' },
        },
        deltas: inputPieces(part).map((partial_json) => ({ type: 'input_json_delta', partial_json })),
      }
    }
    case 'verbatim':
      return { content_block: part.item, deltas: [] }
  }
}

/** The signature comes last, in one piece. */
function thinkingBlock(part: ReasoningPart): SentBlock {
  const { summary, encrypted } = part
  const signature = encrypted ?? signatureOf(summary)
  return {
    content_block: { type: 'thinking', thinking: '', signature: '' },
    deltas: [
      ...leastOne(summary, part).map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature },
    ],
  }
}

function inputPieces(
  part: Extract<StreamPart, { kind: 'function-call' | 'custom-call' }>,
): readonly string[] {
  if (part.kind === 'function-call') return leastOne(part.arguments, part)
  const { deltas } = part
  // The pieces of a freeform input do not join to the JSON that carries it here; only their number can be kept.
  const pieceCount = typeof deltas === 'object' ? deltas.length : deltas
  return leastOne(
    JSON.stringify({ input: part.input }),
    pieceCount === undefined ? {} : { deltas: pieceCount },
  )
}

/** Without deltas there is no text at all here, so the least is one piece. */
function leastOne(text: string, { deltas }: DeltaOptions): readonly string[] {
  return piecesOf(text, deltas === 0 ? 1 : deltas)
}
