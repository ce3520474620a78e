/** The stream of the Messages API as our events. */

import type { Usage } from '../../protocol/usage.ts'
import {
  ContextOverflowError,
  MalformedStreamError,
  ModelRefusedError,
  type ProviderError,
  ResponseIncompleteError,
} from '../errors.ts'
import { reportedFailure, streamFailure } from '../failure.ts'
import { isRecord, type JsonRecord, parseRecord, recordIn, stringOf } from '../json-record.ts'
import type { FinishReason, ModelEvent } from '../model-client.ts'
import { type DecodeContext, makeId, type StreamDecoder } from '../stream-decoder.ts'
import { usageOfParts } from '../usage.ts'
import { type BlockDraft, createBlockReader } from './block-drafts.ts'

/** Reasons to stop that leave the answer cut off. */
const EARLY_ENDS: ReadonlySet<string> = new Set(['max_tokens', 'refusal', 'model_context_window_exceeded'])

/** Which block a fragment belongs to, where a server did not begin one. */
const BLOCK_OF_DELTA: ReadonlyMap<unknown, string> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['signature_delta', 'thinking'],
])

/**
 * A decoder for one response.
 *
 * Each block is an item, done when the block stops. A call alone waits until something has come behind it: where the
 * model is cut off in a call, the block stops too, and half of its arguments can look whole. A body that ends or
 * breaks after the reason to stop is whole, since nothing but a farewell was still to come.
 */
export function createDecoder(context: DecodeContext): StreamDecoder {
  const { provider, requestId, redact } = context
  const readBlock = createBlockReader(context)
  const drafts = new Map<unknown, BlockDraft>()
  let heldCall: BlockDraft | null = null
  let responseId: string | null = null
  let rawUsage: JsonRecord | null = null
  let stopReason: string | null = null
  let stopDetails: JsonRecord = {}
  let hasCalls = false
  let isComplete = false

  const unfinished = () => [...(heldCall === null ? [] : [heldCall]), ...drafts.values()]
  const partial = () => unfinished().flatMap((draft) => draft.item() ?? [])
  const facts = () => ({ provider, requestId, partial: partial() })

  function created(message: JsonRecord): ModelEvent[] {
    if (responseId !== null) return []
    responseId = stringOf(message.id) || makeId('resp')
    return [{ type: 'created', responseId, ...(requestId === undefined ? {} : { requestId }) }]
  }

  /** Counts are cumulative: each report replaces what it names of those before. */
  function reported(usage: unknown): ModelEvent[] {
    if (!isRecord(usage)) return []
    const named = Object.entries(usage).filter(([, value]) => value !== null)
    rawUsage = { ...rawUsage, ...Object.fromEntries(named) }
    return [{ type: 'usage', usage: readUsage(rawUsage), rawUsage }]
  }

  function done(draft: BlockDraft): ModelEvent[] {
    const item = draft.item()
    hasCalls ||= draft.isCall
    return item === null ? [] : [{ type: 'item.done', itemId: draft.itemId, item }]
  }

  function releaseCall(): ModelEvent[] {
    const call = heldCall
    heldCall = null
    return call === null ? [] : done(call)
  }

  function blockStarted(index: unknown, block: JsonRecord): ModelEvent[] {
    // The same block announced twice is one.
    if (drafts.has(index)) return []
    const events = releaseCall()
    const draft = readBlock(block)
    drafts.set(index, draft)
    events.push(...draft.start())
    return events
  }

  function blockDelta(index: unknown, delta: JsonRecord): ModelEvent[] {
    const events: ModelEvent[] = []
    const type = BLOCK_OF_DELTA.get(delta.type)
    if (!drafts.has(index) && type !== undefined) events.push(...blockStarted(index, { type }))
    const draft = drafts.get(index)
    if (draft !== undefined) events.push(...draft.add(delta))
    else if (delta.type === 'input_json_delta') {
      throw new MalformedStreamError(`${provider} sent arguments of a tool call that never began.`, facts())
    }
    return events
  }

  function blockStopped(index: unknown): ModelEvent[] {
    const draft = drafts.get(index)
    if (draft === undefined) return []
    const events = releaseCall()
    drafts.delete(index)
    if (draft.isCall) heldCall = draft
    else events.push(...done(draft))
    return events
  }

  /** Whatever has not stopped by now has come whole, unless the model was cut off. */
  function stopped(reason: string, details: JsonRecord): ModelEvent[] {
    stopReason = reason
    stopDetails = details
    if (EARLY_ENDS.has(reason)) return []
    const events = releaseCall()
    for (const draft of drafts.values()) events.push(...done(draft))
    drafts.clear()
    return events
  }

  function complete(): ModelEvent[] {
    const events = stopReason === null ? stopped('end_turn', {}) : []
    const failure = earlyEnd()
    if (failure !== null) throw failure
    isComplete = true
    events.push({
      type: 'completed',
      responseId: responseId ?? makeId('resp'),
      usage: rawUsage === null ? null : readUsage(rawUsage),
      ...(rawUsage === null ? {} : { rawUsage }),
      finishReason: finishReason(),
      ...(stopReason === 'pause_turn' ? { endTurn: false } : {}),
    })
    return events
  }

  function earlyEnd(): ProviderError | null {
    const known = { ...facts(), ...(stopReason === null ? {} : { providerCode: stopReason }) }
    switch (stopReason) {
      case 'max_tokens':
        return new ResponseIncompleteError(stopReason, known)
      case 'model_context_window_exceeded':
        return new ContextOverflowError(`${provider}: the model's context window is full.`, known)
      case 'refusal': {
        const body = redact(refusalText(stopDetails))
        return new ModelRefusedError(`${provider}: ${body}`, { ...known, body })
      }
      default:
        return null
    }
  }

  function finishReason(): FinishReason {
    if (hasCalls) return 'tool_calls'
    return ['end_turn', 'stop_sequence', 'pause_turn', 'tool_use'].includes(stopReason ?? '')
      ? 'stop'
      : 'other'
  }

  function messageDelta(event: JsonRecord): ModelEvent[] {
    const events = reported(event.usage)
    const delta = recordIn(event, 'delta')
    const reason = stringOf(delta.stop_reason) ?? ''
    if (reason !== '' && stopReason === null) events.push(...stopped(reason, recordIn(delta, 'stop_details')))
    return events
  }

  function read(event: JsonRecord): ModelEvent[] {
    switch (event.type) {
      case 'message_start': {
        const message = recordIn(event, 'message')
        return [...created(message), ...reported(message.usage)]
      }
      case 'content_block_start':
        return [...created({}), ...blockStarted(event.index, recordIn(event, 'content_block'))]
      case 'content_block_delta':
        return [...created({}), ...blockDelta(event.index, recordIn(event, 'delta'))]
      case 'content_block_stop':
        return blockStopped(event.index)
      case 'message_delta':
        return [...created({}), ...messageDelta(event)]
      case 'message_stop':
        return [...created({}), ...complete()]
      case 'error':
        throw streamFailure(reportedFailure(event.error ?? event), facts(), redact)
      default:
        // An error without its type, as some gateways send it. Anything else, such as a ping, means nothing.
        if (event.type === undefined && event.error !== undefined) {
          throw streamFailure(reportedFailure(event.error), facts(), redact)
        }
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
    end: () => (stopReason === null ? [] : complete()),
    partial,
  }
}

function refusalText({ category, explanation }: JsonRecord): string {
  const why = stringOf(explanation) ?? 'the model refused to go on.'
  return typeof category === 'string' ? `${why} (${category})` : why
}

function readUsage(raw: JsonRecord): Usage {
  return usageOfParts({
    fresh: raw.input_tokens,
    cached: raw.cache_read_input_tokens,
    cacheWrite: raw.cache_creation_input_tokens,
    output: raw.output_tokens,
    reasoning: recordIn(raw, 'output_tokens_details').thinking_tokens,
  })
}
