/** The stream of the Responses API as our events. */

import { isCall, type ResponseItem } from '../../protocol/response-item.ts'
import type { Usage } from '../../protocol/usage.ts'
import { MalformedStreamError, ResponseIncompleteError } from '../errors.ts'
import { reportedFailure, streamFailure } from '../failure.ts'
import { isRecord, type JsonRecord, parseRecord, recordIn, stringOf } from '../json-record.ts'
import type { Maker } from '../maker.ts'
import type { ModelEvent } from '../model-client.ts'
import { type DecodeContext, makeId, type StreamDecoder, uniqueCallIds } from '../stream-decoder.ts'
import { usageOf } from '../usage.ts'
import { itemSoFar, problemOf, readItem } from './decode-item.ts'

type DeltaKind = 'text' | 'reasoning' | 'arguments'

const DELTA_KINDS: ReadonlyMap<string, DeltaKind> = new Map([
  ['response.output_text.delta', 'text'],
  ['response.refusal.delta', 'text'],
  ['response.reasoning_summary_text.delta', 'reasoning'],
  ['response.reasoning_text.delta', 'reasoning'],
  ['response.function_call_arguments.delta', 'arguments'],
  ['response.custom_tool_call_input.delta', 'arguments'],
])

/** An item that began and is not done. */
interface Draft {
  readonly itemId: string
  readonly item: ResponseItem | null
  text: string
}

/**
 * A decoder for one response.
 *
 * Text deltas and calls come as they are; only `output_item.done` says what an item is. Types of items that we do not
 * know become `other`, unknown events mean nothing.
 */
export function createDecoder(context: DecodeContext): StreamDecoder {
  const { provider, requestId, request } = context
  const maker: Maker = { provider, model: request.model, wireApi: 'responses' }
  const callIdOf = uniqueCallIds(request.input)
  const drafts = new Map<unknown, Draft>()
  const done = new Set<string>()
  let responseId = ''
  let hasCalls = false
  let isComplete = false

  const partial = () =>
    Array.from(drafts.values()).flatMap(({ item, text }) => (item === null ? [] : [itemSoFar(item, text)]))
  const facts = () => ({ provider, requestId, partial: partial() })
  /** Some imitations name an item differently from event to event; its place in the output they keep. */
  const keyOf = (event: JsonRecord) => event.output_index ?? event.item_id

  function delta(event: JsonRecord, kind: DeltaKind): readonly ModelEvent[] {
    const { delta } = event
    if (typeof delta !== 'string' || delta === '') return []
    const draft = drafts.get(keyOf(event))
    if (draft !== undefined) draft.text += delta
    const itemId = draft?.itemId ?? stringOf(event.item_id)
    return itemId === undefined ? [] : [{ type: 'delta', itemId, kind, delta }]
  }

  /** Summaries come in parts, which read as paragraphs. */
  function summaryPartAdded(event: JsonRecord): readonly ModelEvent[] {
    return event.summary_index === 0 ? [] : delta({ ...event, delta: '\n\n' }, 'reasoning')
  }

  function itemAdded(event: JsonRecord): readonly ModelEvent[] {
    if (!isRecord(event.item)) return []
    const item = readItem(event.item, maker)
    const itemId = stringOf(event.item.id) ?? makeId('item')
    drafts.set(event.output_index ?? itemId, { itemId, item, text: '' })
    return item === null ? [] : [{ type: 'item.started', itemId, item }]
  }

  /** The same item in the same place, said twice, is done once: a call must not run again. */
  function isRepeated(event: JsonRecord, item: JsonRecord): boolean {
    if (typeof item.id !== 'string') return false
    const name = `${event.output_index}:${item.id}`
    const isKnown = done.has(name)
    done.add(name)
    return isKnown
  }

  function itemDone(event: JsonRecord): readonly ModelEvent[] {
    if (!isRecord(event.item) || isRepeated(event, event.item)) return []
    const read = readItem(event.item, maker)
    if (read === null) throw new MalformedStreamError(`${provider}: ${problemOf(event.item)}`, facts())
    const item = isCall(read) ? { ...read, call_id: callIdOf(read.call_id) } : read
    const key = event.output_index ?? event.item.id
    const itemId = drafts.get(key)?.itemId ?? item.id ?? makeId('item')
    drafts.delete(key)
    hasCalls ||= isCall(item)
    return [{ type: 'item.done', itemId, item }]
  }

  function completed(event: JsonRecord): readonly ModelEvent[] {
    const response = recordIn(event, 'response')
    isComplete = true
    return [
      {
        type: 'completed',
        responseId: stringOf(response.id) ?? responseId,
        usage: readUsage(response.usage),
        finishReason: hasCalls ? 'tool_calls' : 'stop',
        ...(typeof response.end_turn === 'boolean' ? { endTurn: response.end_turn } : {}),
        rawUsage: response.usage,
      },
    ]
  }

  function created(event: JsonRecord): readonly ModelEvent[] {
    responseId = stringOf(recordIn(event, 'response').id) ?? makeId('resp')
    return [{ type: 'created', responseId, ...(requestId === undefined ? {} : { requestId }) }]
  }

  function failed(error: unknown): never {
    throw streamFailure(reportedFailure(error), facts(), context.redact)
  }

  function incomplete(event: JsonRecord): never {
    const response = recordIn(event, 'response')
    const details = recordIn(response, 'incomplete_details')
    throw new ResponseIncompleteError(context.redact(stringOf(details.reason) ?? 'no reason given'), facts())
  }

  function read(event: JsonRecord): readonly ModelEvent[] {
    const { type } = event
    if (typeof type !== 'string') return event.error === undefined ? [] : failed(event.error)
    const kind = DELTA_KINDS.get(type)
    if (kind !== undefined) return delta(event, kind)
    switch (type) {
      case 'response.created':
        return created(event)
      case 'response.output_item.added':
        return itemAdded(event)
      case 'response.output_item.done':
        return itemDone(event)
      case 'response.reasoning_summary_part.added':
        return summaryPartAdded(event)
      case 'response.completed':
        return completed(event)
      case 'response.failed':
        return failed(recordIn(event, 'response').error)
      case 'response.incomplete':
        return incomplete(event)
      case 'error':
        return failed(event.error ?? event)
      default:
        return []
    }
  }

  return {
    get isComplete() {
      return isComplete
    },
    decode(data) {
      const event = parseRecord(data)
      return event === undefined ? [] : read(event)
    },
    end: () => [],
    partial,
  }
}

function readUsage(raw: unknown): Usage | null {
  if (!isRecord(raw)) return null
  const input = recordIn(raw, 'input_tokens_details')
  const output = recordIn(raw, 'output_tokens_details')
  return usageOf({
    input: raw.input_tokens,
    cached: input.cached_tokens,
    cacheWrite: input.cache_write_tokens,
    output: raw.output_tokens,
    reasoning: output.reasoning_tokens,
    total: raw.total_tokens,
  })
}
