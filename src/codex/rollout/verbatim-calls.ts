/** Keeps calls and outputs together where one of the two is of a kind that we do not know. */

import type { JsonRecord } from '../../model/json-record.ts'
import { isCall, isCallOutput, type OtherItem, type ResponseItem } from '../../protocol/response-item.ts'
import { toCodexItem } from './codex-item.ts'

/** What answers a call of an unknown kind that nothing answered: the model would be refused without. */
const ANSWERS: Readonly<Record<string, (callId: string) => OtherItem['raw']>> = {
  local_shell_call: (callId) => ({ type: 'function_call_output', call_id: callId, output: 'aborted' }),
  function_call: (callId) => ({ type: 'function_call_output', call_id: callId, output: 'aborted' }),
  custom_tool_call: (callId) => ({ type: 'custom_tool_call_output', call_id: callId, output: 'aborted' }),
  tool_search_call: (callId) => ({
    type: 'tool_search_output',
    call_id: callId,
    status: 'completed',
    execution: 'client',
    tools: [],
  }),
}

/**
 * How each of the items is kept, among all of them.
 *
 * An output whose call is kept verbatim is kept so, too, and a call whose output is: of a pair, both are sent or none.
 *
 * @returns For an item of `items` what stands in its place: one item, or a call and the output that it lacked.
 */
export function pairVerbatim(items: readonly ResponseItem[]): (item: ResponseItem) => ResponseItem[] {
  const marks = new Map<string, OtherItem['providerData']>()
  const answered = new Set<string>()
  for (const item of items) {
    const callId = callIdOf(item)
    if (callId === undefined) continue
    if (item.type === 'other') marks.set(callId, item.providerData)
    if (isCallOutput(item) || (item.type === 'other' && item.raw.type.endsWith('_output')))
      answered.add(callId)
  }

  return (item) => {
    const callId = callIdOf(item)
    if (callId === undefined || !marks.has(callId)) return [item]
    const kept = item.type === 'other' ? item : asOther(item, marks.get(callId))
    const answer =
      kept.type === 'other' && !answered.has(callId) ? ANSWERS[kept.raw.type]?.(callId) : undefined
    return answer === undefined ? [kept] : [kept, { ...kept, id: undefined, raw: answer }].map(withoutEmptyId)
  }
}

function asOther(item: ResponseItem, providerData: OtherItem['providerData']): ResponseItem {
  if (!isCall(item) && !isCallOutput(item)) return item
  const raw: JsonRecord = toCodexItem(item) ?? {}
  const { id, turnId, agentId } = item
  return {
    type: 'other',
    raw: { ...raw, type: item.type },
    ...(id === undefined ? {} : { id }),
    ...(turnId === undefined ? {} : { turnId }),
    ...(agentId === undefined ? {} : { agentId }),
    ...(providerData === undefined ? {} : { providerData }),
  }
}

function withoutEmptyId(item: ResponseItem & { id?: string | undefined }): ResponseItem {
  if (item.id !== undefined) return item
  const { id: _id, ...rest } = item
  return rest
}

function callIdOf(item: ResponseItem): string | undefined {
  if (item.type === 'other') return typeof item.raw.call_id === 'string' ? item.raw.call_id : undefined
  return isCall(item) || isCallOutput(item) ? item.call_id : undefined
}
