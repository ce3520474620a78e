/** What the conversation in a Messages request says. */

import { isFilledString, isRecord, type JsonRecord, listOf, textOf } from '../json.ts'
import type { SentItem } from '../requests.ts'

/** Several messages of one role may have become one here, so each block of text is a message. */
export function readConversation({ system, messages }: JsonRecord): SentItem[] {
  return [...readContent('system', system), ...listOf(messages).filter(isRecord).flatMap(readMessage)]
}

export function readToolNames(body: JsonRecord): string[] {
  return listOf(body.tools).flatMap((tool) =>
    isRecord(tool) && isFilledString(tool.name) ? [tool.name] : [],
  )
}

function readMessage({ role, content }: JsonRecord): SentItem[] {
  return readContent(String(role), content)
}

function readContent(role: string, content: unknown): SentItem[] {
  if (isFilledString(content)) return [{ type: 'message', role, text: content }]
  return listOf(content)
    .filter(isRecord)
    .map((block) => readBlock(role, block))
}

function readBlock(role: string, block: JsonRecord): SentItem {
  switch (block.type) {
    case 'text':
      return { type: 'message', role, text: String(block.text) }
    case 'thinking':
      return { type: 'reasoning', text: String(block.thinking) }
    case 'redacted_thinking':
      return { type: 'reasoning', text: '' }
    case 'tool_use': {
      const { id, name, input } = block
      return {
        type: 'call',
        kind: 'function',
        callId: String(id),
        name: String(name),
        input: JSON.stringify(input),
      }
    }
    case 'tool_result':
      return { type: 'output', callId: String(block.tool_use_id), text: textOf(block.content) }
    default:
      return { type: 'other', raw: block }
  }
}
