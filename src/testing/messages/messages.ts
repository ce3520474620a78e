/** The messages of a request, as the rules look at them. */

import { isRecord, type JsonRecord, listOf } from '../json.ts'
import type { Report } from '../rules.ts'

export interface PlacedBlock {
  readonly block: JsonRecord
  readonly at: string
}

/** Neighbours of one role, which the wire API takes for one message. */
export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly at: string
  readonly blocks: PlacedBlock[]
}

/** The turns, with content that is a text as a block; reports what is no message. */
export function turnsOf({ messages }: JsonRecord, mayBeSystem: boolean, report: Report): Turn[] {
  if (!Array.isArray(messages) || messages.length === 0) {
    report('input', 'messages', 'messages is a list of at least one message')
  }
  const turns: Turn[] = []
  for (const [index, message] of listOf(messages).entries()) {
    const at = `messages[${index}]`
    if (!isRecord(message)) {
      report('input', at, 'a message is an object')
      continue
    }
    checkFields(message, at, report)
    const role = message.role === 'system' && mayBeSystem ? 'user' : message.role
    if (role !== 'user' && role !== 'assistant') {
      report('role', `${at}.role`, `${JSON.stringify(message.role)} is no role: user or assistant`)
      continue
    }
    const blocks = blocksOf(message.content, `${at}.content`, report)
    const last = turns.at(-1)
    if (last?.role === role) last.blocks.push(...blocks)
    else turns.push({ role, at, blocks })
  }
  return turns
}

function checkFields(message: JsonRecord, at: string, report: Report): void {
  for (const field of Object.keys(message)) {
    if (field !== 'role' && field !== 'content') report('field', `${at}.${field}`, 'there is no such field')
  }
}

/** The blocks of a content field. */
export function blocksOf(content: unknown, at: string, report: Report): PlacedBlock[] {
  if (typeof content === 'string') return [{ block: { type: 'text', text: content }, at }]
  if (!Array.isArray(content)) {
    report('content', at, 'content is a text or a list of blocks')
    return []
  }
  return content.flatMap((block, index) => {
    const place = `${at}[${index}]`
    if (isRecord(block) && typeof block.type === 'string') return [{ block, at: place }]
    report('content', place, 'a block is an object with a type')
    return []
  })
}
