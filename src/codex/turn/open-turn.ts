/** What a turn left open whose process ended before it did. */

import type { ApprovalDecision, ApprovalRequest } from '../../protocol/approval.ts'
import {
  type CallItem,
  isCall,
  isCallOutput,
  type MessageItem,
  type ResponseItem,
} from '../../protocol/response-item.ts'
import type { ThreadRecord } from '../../protocol/thread-record.ts'

type ScriptCallStarted = Extract<ThreadRecord, { type: 'script_call_started' }>
type ScriptSampled = Extract<ThreadRecord, { type: 'script_sampled' }>
type ScriptCallEnded = Extract<ThreadRecord, { type: 'script_call_ended' }>

/** A question that nobody had answered, or whose answer came when no process was there to act on it. */
export interface OpenQuestion {
  readonly request: ApprovalRequest
  readonly answer?: ApprovalDecision
}

/** The model's last words, which nobody has answered. */
export interface OpenMessage {
  readonly item: MessageItem
  /** What a script in it was known by; undefined where none had begun. */
  readonly scriptCallId?: string
}

export interface OpenTurn {
  /** Calls without an output, oldest first. */
  readonly calls: readonly CallItem[]
  readonly questions: readonly OpenQuestion[]
  /** The message whose script has no output, for models that write scripts into their text; null where none is. */
  readonly message: OpenMessage | null
  /** What scripts among those calls had called, oldest first. */
  readonly scriptCalls: readonly { readonly started: ScriptCallStarted; readonly ended?: ScriptCallEnded }[]
  /** What those scripts had seen of chance and of their clocks, oldest first. */
  readonly samples: readonly ScriptSampled[]
}

/** Null where every turn came to its end. */
export function openTurnOf(records: readonly ThreadRecord[]): OpenTurn | null {
  const left = new LeftOpen()
  for (const record of records) left.take(record)
  return left.turn()
}

/** Gathers what is open, record by record. */
class LeftOpen {
  readonly #calls = new Map<string, CallItem>()
  readonly #questions = new Map<string, OpenQuestion>()
  readonly #started = new Map<string, ScriptCallStarted>()
  readonly #ended = new Map<string, ScriptCallEnded>()
  #samples: ScriptSampled[] = []
  #message: OpenMessage | null = null
  #isOpen = false

  take(record: ThreadRecord): void {
    switch (record.type) {
      case 'turn_started':
        // A turn that takes up what another left open may itself be cut off, so nothing is forgotten here.
        this.#isOpen = true
        return
      case 'turn_ended':
        this.#forget()
        return
      case 'response_item':
        this.#takeItem(record.item)
        return
      case 'approval_requested':
        this.#questions.set(record.request.id, { request: record.request })
        return
      case 'approval_answered':
        this.#takeAnswer(record)
        return
      case 'script_call_started':
        this.#started.set(record.callId, record)
        this.#takeScript(record.scriptCallId)
        return
      case 'script_call_ended':
        this.#ended.set(record.callId, record)
        return
      case 'script_sampled':
        this.#samples.push(record)
        this.#takeScript(record.scriptCallId)
        return
      default:
    }
  }

  turn(): OpenTurn | null {
    if (!this.#isOpen) return null
    return {
      calls: [...this.#calls.values()],
      questions: [...this.#questions.values()],
      samples: this.#samples,
      message: this.#message,
      scriptCalls: [...this.#started.values()].map((started) => {
        const ended = this.#ended.get(started.callId)
        return ended === undefined ? { started } : { started, ended }
      }),
    }
  }

  #forget(): void {
    this.#isOpen = false
    for (const left of [this.#calls, this.#questions, this.#started, this.#ended]) left.clear()
    this.#samples = []
    this.#message = null
  }

  /** A call's script is known by the call; what is left belongs to the message. */
  #takeScript(scriptCallId: string): void {
    if (this.#message === null || this.#calls.has(scriptCallId)) return
    this.#message = { scriptCallId, ...this.#message }
  }

  #takeItem(item: ResponseItem): void {
    if (item.type === 'message') this.#message = item.role === 'assistant' ? { item } : null
    if (isCall(item)) this.#calls.set(item.call_id, item)
    if (isCallOutput(item)) this.#calls.delete(item.call_id)
  }

  #takeAnswer({ id, answer, isStanding }: Extract<ThreadRecord, { type: 'approval_answered' }>): void {
    const question = this.#questions.get(id)
    if (question === undefined) return
    // One that was answered in its own process was acted on there, as far as that came.
    if (isStanding === true) this.#questions.set(id, { ...question, answer })
    else this.#questions.delete(id)
  }
}
