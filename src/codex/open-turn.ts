/** What a turn left open whose process ended before it did. */

import type { ApprovalDecision, ApprovalRequest } from '../protocol/approval.ts'
import { type CallItem, isCall, isCallOutput } from '../protocol/response-item.ts'
import type { ThreadRecord } from '../protocol/thread-record.ts'

type ScriptCallStarted = Extract<ThreadRecord, { type: 'script_call_started' }>
type ScriptSampled = Extract<ThreadRecord, { type: 'script_sampled' }>
type ScriptCallEnded = Extract<ThreadRecord, { type: 'script_call_ended' }>

/** A question that nobody had answered, or whose answer came when no process was there to act on it. */
export interface OpenQuestion {
  readonly request: ApprovalRequest
  readonly answer?: ApprovalDecision
}

export interface OpenTurn {
  /** Calls without an output, oldest first. */
  readonly calls: readonly CallItem[]
  readonly questions: readonly OpenQuestion[]
  /** What scripts among those calls had called, oldest first. */
  readonly scriptCalls: readonly { readonly started: ScriptCallStarted; readonly ended?: ScriptCallEnded }[]
  /** What those scripts had seen of chance and of their clocks, oldest first. */
  readonly samples: readonly ScriptSampled[]
}

/** Null where every turn came to its end. */
export function openTurnOf(records: readonly ThreadRecord[]): OpenTurn | null {
  const calls = new Map<string, CallItem>()
  const questions = new Map<string, OpenQuestion>()
  const started = new Map<string, ScriptCallStarted>()
  const ended = new Map<string, ScriptCallEnded>()
  const samples: ScriptSampled[] = []
  let isOpen = false

  for (const record of records) {
    switch (record.type) {
      case 'turn_started':
        // A turn that takes up what another left open may itself be cut off, so nothing is forgotten here.
        isOpen = true
        break
      case 'turn_ended':
        isOpen = false
        for (const left of [calls, questions, started, ended]) left.clear()
        samples.length = 0
        break
      case 'response_item': {
        const { item } = record
        if (isCall(item)) calls.set(item.call_id, item)
        if (isCallOutput(item)) calls.delete(item.call_id)
        break
      }
      case 'approval_requested':
        questions.set(record.request.id, { request: record.request })
        break
      case 'approval_answered': {
        const question = questions.get(record.id)
        if (question === undefined) break
        // One that was answered in its own process was acted on there, as far as that came.
        if (record.isStanding === true) questions.set(record.id, { ...question, answer: record.answer })
        else questions.delete(record.id)
        break
      }
      case 'script_call_started':
        started.set(record.callId, record)
        break
      case 'script_call_ended':
        ended.set(record.callId, record)
        break
      case 'script_sampled':
        samples.push(record)
        break
      default:
    }
  }
  if (!isOpen) return null
  return {
    calls: [...calls.values()],
    questions: [...questions.values()],
    samples,
    scriptCalls: [...started.values()].map((call) => {
      const end = ended.get(call.callId)
      return end === undefined ? { started: call } : { started: call, ended: end }
    }),
  }
}
