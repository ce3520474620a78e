/** Makes any history one that every wire API accepts. */

import type {
  CallItem,
  CallOutputItem,
  MessageItem,
  ReasoningItem,
  ResponseItem,
} from '../protocol/response-item.ts'
import { createUniqueIds } from './unique-ids.ts'

/** What a call is answered with that nothing answered. A fact of Codex's wire. */
export const ABORTED = 'aborted'
/** What providers take for the id of an item; small servers name their calls otherwise. */
const ID = /^[\w-]{1,64}$/

/**
 * Give `items` the form that every wire API accepts, and change as little as that takes.
 *
 * - Each call has exactly one output. A call that nothing answered is answered with `aborted`, always by the same item.
 *   An output without its call, or beyond its first, is left out.
 * - Outputs follow the calls of their response directly: one that came later is moved up to them.
 * - Each call has an id of its own: a second `x` becomes `x-2`, with its output.
 * - Reasoning stays in front of the message or call it led to; without one it is left out.
 * - A message without text or image is left out, and empty text out of the others.
 *
 * All else keeps its order, and what needs no change is the same object as before. Normalizing twice changes nothing
 * more. Linear in the number of items.
 */
export function normalize(items: readonly ResponseItem[]): ResponseItem[] {
  return createNormalizer()(items)
}

/** `normalize`, with a memory of its last answer. */
export type Normalizer = (items: readonly ResponseItem[]) => ResponseItem[]

/**
 * A `normalize` for histories that grow at their end: what stood in the last one is not looked at again.
 *
 * Its answers are those of `normalize`, whatever it is given; other histories merely cost a fresh start.
 */
export function createNormalizer(): Normalizer {
  let ids = createUniqueIds()
  // Items that nothing added behind them can change any more, and what they came to.
  let source: ResponseItem[] = []
  let settled: ResponseItem[] = []

  return (items) => {
    if (!beginsWith(items, source)) {
      ids = createUniqueIds()
      source = []
      settled = []
    }

    const rest = items.slice(source.length)
    const pass = normalizeRest(rest, ids)
    const result = settled.concat(pass.items)
    for (const item of rest.slice(0, pass.settledSource)) source.push(item)
    for (const item of pass.items.slice(0, pass.settledItems)) settled.push(item)
    return result
  }
}

function beginsWith(items: readonly ResponseItem[], source: readonly ResponseItem[]): boolean {
  if (items.length < source.length) return false
  // Runs over the whole history before every request: a callback for each item would cost five times as much.
  for (let index = 0; index < source.length; index += 1) if (items[index] !== source[index]) return false
  return true
}

interface Pass {
  readonly items: ResponseItem[]
  /** So many of the items given, and so many of those made from them, will stay as they are. */
  readonly settledSource: number
  readonly settledItems: number
}

/** Normalize items before which no call is open. Ids that may still change are given back to `ids`. */
function normalizeRest(rest: readonly ResponseItem[], ids: ReturnType<typeof createUniqueIds>): Pass {
  const { outputOfCall, callOfOutput } = matchOutputs(rest)
  const items: ResponseItem[] = []
  /** Calls without an output so far, by their place in `rest`. */
  const open = new Map<number, CallItem>()
  let reasoning: ReasoningItem[] = []
  /** An output stands behind the open calls: what the model makes next belongs to another response. */
  let isAnswering = false
  /** A call was answered with `aborted`, and its output may be recorded yet. */
  let hasGuessed = false
  /** Outputs that were moved up to their calls and still stand ahead. */
  let movedUp = 0
  let settledSource = 0
  let settledItems = 0

  const answerOpenCalls = () => {
    for (const [at, call] of open) {
      const output = outputOfCall.get(at)
      items.push(answerTo(call, output))
      if (output === undefined) hasGuessed = true
      else movedUp += 1
    }
    open.clear()
    isAnswering = false
  }
  const addFromModel = (item: ResponseItem) => {
    if (isAnswering) answerOpenCalls()
    items.push(...reasoning, item)
    reasoning = []
  }
  const addFromOthers = (item: ResponseItem) => {
    answerOpenCalls()
    reasoning = []
    items.push(item)
  }
  const addOutput = (output: CallOutputItem, callAt: number) => {
    const call = open.get(callAt)
    if (call === undefined) {
      movedUp -= 1
      return
    }
    open.delete(callAt)
    reasoning = []
    items.push(answerTo(call, output))
    isAnswering = true
  }

  for (const [at, item] of rest.entries()) {
    switch (item.type) {
      case 'function_call':
      case 'custom_tool_call': {
        const callId = ids.claim(item.call_id)
        const call = callId === item.call_id ? item : { ...item, call_id: callId }
        addFromModel(call)
        open.set(at, call)
        break
      }
      case 'function_call_output':
      case 'custom_tool_call_output': {
        const callAt = callOfOutput.get(at)
        if (callAt !== undefined) addOutput(item, callAt)
        break
      }
      case 'reasoning':
        reasoning.push(item)
        break
      case 'message': {
        const message = withoutEmptyText(item)
        if (message === null) break
        if (message.role === 'assistant') addFromModel(message)
        else addFromOthers(message)
        break
      }
      default:
        addFromModel(item)
    }

    if (open.size === 0 && reasoning.length === 0 && movedUp === 0 && !hasGuessed) {
      settledSource = at + 1
      settledItems = items.length
      ids.settle()
    }
  }

  answerOpenCalls()
  ids.forget()
  return { items, settledSource, settledItems }
}

/** Which output answers which call, both by their places: the first still unanswered call of that id before it. */
function matchOutputs(rest: readonly ResponseItem[]): {
  outputOfCall: Map<number, CallOutputItem>
  callOfOutput: Map<number, number>
} {
  const unanswered = new Map<string, number[]>()
  const outputOfCall = new Map<number, CallOutputItem>()
  const callOfOutput = new Map<number, number>()

  for (const [at, item] of rest.entries()) {
    if (item.type === 'function_call' || item.type === 'custom_tool_call') {
      const calls = unanswered.get(item.call_id)
      if (calls === undefined) unanswered.set(item.call_id, [at])
      else calls.push(at)
    } else if (item.type === 'function_call_output' || item.type === 'custom_tool_call_output') {
      const callAt = unanswered.get(item.call_id)?.shift()
      if (callAt === undefined) continue
      outputOfCall.set(callAt, item)
      callOfOutput.set(at, callAt)
    }
  }
  return { outputOfCall, callOfOutput }
}

/** The output as `call` needs it: of its kind, and under its id. */
function answerTo(call: CallItem, output: CallOutputItem | undefined): CallOutputItem {
  const type = call.type === 'function_call' ? 'function_call_output' : 'custom_tool_call_output'
  if (output === undefined) {
    // The same item in every request, so that a provider's cache goes on matching.
    const id = `${call.id ?? call.call_id}_aborted`
    return {
      type,
      ...(ID.test(id) && { id }),
      call_id: call.call_id,
      output: ABORTED,
      success: false,
      ...(call.turnId === undefined ? {} : { turnId: call.turnId }),
      ...(call.agentId === undefined ? {} : { agentId: call.agentId }),
    }
  }
  if (output.type === type && output.call_id === call.call_id) return output
  return { ...output, type, call_id: call.call_id }
}

/** Null where nothing is left. */
function withoutEmptyText(message: MessageItem): MessageItem | null {
  const content = message.content.filter((part) => part.type === 'input_image' || part.text !== '')
  if (content.length === 0) return null
  return content.length === message.content.length ? message : { ...message, content }
}
