/** What the conversation in a Responses request says. */

import { isFilledString, isRecord, type JsonRecord, listOf, textOf } from '../json.ts'
import type { SentItem } from '../requests.ts'

export function readInput(body: JsonRecord): SentItem[] {
  const { instructions, input } = body
  const items: SentItem[] = isFilledString(instructions)
    ? [{ type: 'message', role: 'system', text: instructions }]
    : []
  if (typeof input === 'string') return [...items, { type: 'message', role: 'user', text: input }]
  return [...items, ...listOf(input).filter(isRecord).map(readItem)]
}

export function readToolNames(body: JsonRecord): string[] {
  return listOf(body.tools).flatMap((tool) =>
    isRecord(tool) && isFilledString(tool.name) ? [tool.name] : [],
  )
}

function readItem(item: JsonRecord): SentItem {
  switch (item.type) {
    case undefined:
    case 'message':
      return { type: 'message', role: String(item.role), text: textOf(item.content) }
    case 'reasoning':
      return { type: 'reasoning', text: textOf(item.summary) }
    case 'function_call':
      return readCall(item, 'function', item.arguments)
    case 'custom_tool_call':
      return readCall(item, 'custom', item.input)
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { type: 'output', callId: String(item.call_id), text: textOf(item.output) }
    default:
      return { type: 'other', raw: item }
  }
}

function readCall(item: JsonRecord, kind: 'function' | 'custom', input: unknown): SentItem {
  return { type: 'call', kind, callId: String(item.call_id), name: String(item.name), input: String(input) }
}
