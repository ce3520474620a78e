/** What the conversation in a Chat request says. */

import { isFilledString, isRecord, type JsonRecord, listOf, textOf } from '../json.ts'
import type { SentItem } from '../requests.ts'

export function readMessages(body: JsonRecord): SentItem[] {
  return listOf(body.messages).filter(isRecord).flatMap(readMessage)
}

export function readToolNames(body: JsonRecord): string[] {
  return listOf(body.tools).flatMap((tool) => {
    const declared = isRecord(tool) ? (tool.function ?? tool.custom) : undefined
    return isRecord(declared) && isFilledString(declared.name) ? [declared.name] : []
  })
}

function readMessage(message: JsonRecord): SentItem[] {
  const role = String(message.role)
  const text = textOf(message.content)
  if (role === 'tool') return [{ type: 'output', callId: String(message.tool_call_id), text }]
  if (role !== 'assistant') return [{ type: 'message', role, text }]

  const reasoning = message.reasoning ?? message.reasoning_content
  return [
    ...(isFilledString(reasoning) ? [{ type: 'reasoning', text: reasoning } as const] : []),
    ...(text === '' ? [] : [{ type: 'message', role, text } as const]),
    ...listOf(message.tool_calls).filter(isRecord).map(readCall),
  ]
}

function readCall(call: JsonRecord): SentItem {
  const callId = String(call.id)
  if (isRecord(call.custom)) {
    const { name, input } = call.custom
    return { type: 'call', kind: 'custom', callId, name: String(name), input: String(input) }
  }
  const { name, arguments: input } = isRecord(call.function) ? call.function : {}
  return { type: 'call', kind: 'function', callId, name: String(name), input: String(input) }
}
