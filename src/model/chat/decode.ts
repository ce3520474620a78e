/** The stream of the Chat Completions API as our events. */

import { MalformedStreamError, ResponseIncompleteError } from '../errors.ts'
import { reportedFailure, streamFailure } from '../failure.ts'
import { isRecord, type JsonRecord, parseRecord, stringOf } from '../json-record.ts'
import type { FinishReason, ModelEvent } from '../model-client.ts'
import { type DecodeContext, makeId, type StreamDecoder } from '../stream-decoder.ts'
import { createMessageDraft } from './message-draft.ts'
import type { ChatProfile } from './profile.ts'

/** Reasons to stop that leave the answer cut off. */
const EARLY_ENDS: ReadonlySet<string> = new Set(['length', 'content_filter'])

/**
 * A decoder for one response.
 *
 * The API streams fragments of one message; we give reasoning, text and calls as items, in that order, all done when
 * `finish_reason` comes. After it come the usage and `[DONE]`. A body that is over after `finish_reason` is whole when its
 * usage is known; where the profile says that a server may send neither, it is whole when it ended by itself.
 */
export function createDecoder(context: DecodeContext, profile: ChatProfile): StreamDecoder {
  const { provider, requestId } = context
  const draft = createMessageDraft(context, profile)
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
    const costUsd = rawUsage === null ? undefined : profile.costUsd(rawUsage)
    done.push({
      type: 'completed',
      responseId: responseId ?? makeId('resp'),
      usage: rawUsage === null ? null : profile.usage(rawUsage),
      ...(rawUsage === null ? {} : { rawUsage }),
      ...(costUsd === undefined ? {} : { costUsd }),
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
    const delta = choice.delta ?? (profile.wholeMessages ? choice.message : undefined)
    if (isRecord(delta)) events.push(...draft.add(delta))
    const said = choice.finish_reason
    if (typeof said !== 'string' || said === '') return events
    const reason = profile.finishReason(said)
    if (reason === 'error')
      failed(said === reason ? undefined : { message: `The response ended with ${said}.` })
    events.push(...finish(reason))
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
      const mayEnd = finishReason !== null && (rawUsage !== null || (isWhole && profile.endsWithoutDone))
      return mayEnd ? complete() : []
    },
    partial,
  }
}
