/** The stream of the Chat Completions API as our events. */

import type { Usage } from '../../protocol/usage.ts'
import { MalformedStreamError, ResponseIncompleteError } from '../errors.ts'
import { reportedFailure, streamFailure } from '../failure.ts'
import { isRecord, type JsonRecord, parseRecord, recordIn, stringOf } from '../json-record.ts'
import type { FinishReason, ModelEvent } from '../model-client.ts'
import { type DecodeContext, makeId, type StreamDecoder } from '../stream-decoder.ts'
import { usageOf } from '../usage.ts'
import { createMessageDraft } from './message-draft.ts'

/** Reasons to stop that leave the answer cut off. */
const EARLY_ENDS: ReadonlySet<string> = new Set(['length', 'content_filter'])

/**
 * A decoder for one response.
 *
 * The API streams fragments of one message; we give reasoning, text and calls as items, in that order, all done when
 * `finish_reason` comes. After it come the usage and `[DONE]`, which not every server sends: a body that ends by
 * itself after `finish_reason` is whole, one that breaks there is whole when its usage is known.
 */
export function createDecoder(context: DecodeContext): StreamDecoder {
  const { provider, requestId } = context
  const draft = createMessageDraft(context)
  let responseId: string | null = null
  let rawUsage: JsonRecord | null = null
  let finishReason: FinishReason | null = null
  let endedEarlyBy: string | null = null
  let isComplete = false

  const partial = () =>
    finishReason === null ? [...draft.speech(), ...draft.calls()].map(({ item }) => item) : []
  const facts = () => ({ provider, requestId, partial: partial() })

  function created(chunk: JsonRecord): ModelEvent {
    responseId = stringOf(chunk.id) || makeId('resp')
    return { type: 'created', responseId, ...(requestId === undefined ? {} : { requestId }) }
  }

  /** Text stays when the answer was cut off; calls do not, since half of one can look whole. */
  function finish(reason: string): ModelEvent[] {
    endedEarlyBy = EARLY_ENDS.has(reason) ? reason : null
    const calls = endedEarlyBy === null ? draft.calls() : []
    if (endedEarlyBy === null && draft.hasNamelessCall()) {
      throw new MalformedStreamError(`${provider} sent a tool call that names no tool.`, facts())
    }
    const items = [...draft.speech(), ...calls]
    // Some servers say `stop` although they ask for calls.
    if (calls.length > 0) finishReason = 'tool_calls'
    else finishReason = reason === 'stop' ? 'stop' : 'other'
    return items.map(({ itemId, item }) => ({ type: 'item.done', itemId, item }))
  }

  function complete(): ModelEvent[] {
    if (endedEarlyBy !== null) throw new ResponseIncompleteError(endedEarlyBy, facts())
    const done = finishReason === null ? finish('stop') : []
    isComplete = true
    done.push({
      type: 'completed',
      responseId: responseId ?? makeId('resp'),
      usage: rawUsage === null ? null : readUsage(rawUsage),
      ...(rawUsage === null ? {} : { rawUsage }),
      finishReason: finishReason ?? 'other',
    })
    return done
  }

  function failed(error: unknown): never {
    throw streamFailure(reportedFailure(error), facts(), context.redact)
  }

  function read(chunk: JsonRecord): ModelEvent[] {
    if (chunk.error !== undefined && chunk.error !== null) failed(chunk.error)
    const events = responseId === null ? [created(chunk)] : []
    if (isRecord(chunk.usage)) rawUsage = chunk.usage
    const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined
    if (!isRecord(choice) || finishReason !== null) return events
    const delta = choice.delta ?? choice.message
    if (isRecord(delta)) events.push(...draft.add(delta))
    const reason = choice.finish_reason
    if (reason === 'error') failed(undefined)
    if (typeof reason === 'string' && reason !== '') events.push(...finish(reason))
    return events
  }

  return {
    get isComplete() {
      return isComplete
    },
    decode(data) {
      if (data === '[DONE]') return complete()
      const chunk = parseRecord(data)
      return chunk === undefined ? [] : read(chunk)
    },
    end(isWhole) {
      const mayEnd = finishReason !== null && (isWhole || rawUsage !== null)
      return mayEnd ? complete() : []
    },
    partial,
  }
}

function readUsage(raw: JsonRecord): Usage {
  const input = recordIn(raw, 'prompt_tokens_details')
  const output = recordIn(raw, 'completion_tokens_details')
  return usageOf({
    input: raw.prompt_tokens,
    // DeepSeek has a word of its own.
    cached: input.cached_tokens ?? raw.prompt_cache_hit_tokens,
    cacheWrite: input.cache_write_tokens,
    output: raw.completion_tokens,
    reasoning: output.reasoning_tokens,
    total: raw.total_tokens,
  })
}
