/** One output item of the Responses API as an item of ours. */

import type { ResponseItem } from '../../protocol/response-item.ts'
import type { JsonRecord } from '../json-record.ts'
import { type Maker, markOf } from '../maker.ts'
import { isKnownType, KnownOutputItem } from './wire.ts'

/** Null when the item breaks the wire API; `problemOf` says how. */
export function readItem(raw: JsonRecord, maker: Maker): ResponseItem | null {
  const { type } = raw
  if (typeof type !== 'string') return null
  const id = typeof raw.id === 'string' && raw.id !== '' ? { id: raw.id } : {}
  const providerData = markOf(maker)
  if (!isKnownType(type)) return { type: 'other', raw: { ...raw, type }, ...id, providerData }
  const known = KnownOutputItem.safeParse(raw).data
  switch (known?.type) {
    case undefined:
      return null
    case 'message': {
      const { role, content, phase } = known
      const texts = content.flatMap(readContent)
      return { type: 'message', ...id, role, content: texts, ...(phase === undefined ? {} : { phase }) }
    }
    case 'reasoning': {
      const { summary, content, encrypted_content } = known
      return {
        type: 'reasoning',
        ...id,
        summary,
        ...(content === undefined ? {} : { content }),
        ...(encrypted_content === undefined ? {} : { encrypted_content }),
        providerData,
      }
    }
    case 'function_call': {
      const { call_id = '', name, namespace } = known
      return {
        type: 'function_call',
        ...id,
        call_id,
        name,
        ...(namespace === undefined ? {} : { namespace }),
        arguments: known.arguments,
      }
    }
    case 'custom_tool_call': {
      const { call_id = '', name, input } = known
      return { type: 'custom_tool_call', ...id, call_id, name, input }
    }
    case 'web_search_call': {
      const { status, action } = known
      return {
        type: 'web_search_call',
        ...id,
        ...(status === undefined ? {} : { status }),
        ...(action === undefined ? {} : { action }),
      }
    }
  }
}

/** What is wrong with an item that cannot be read. */
export function problemOf(raw: JsonRecord): string {
  const issue = KnownOutputItem.safeParse(raw).error?.issues[0]
  const type = typeof raw.type === 'string' ? raw.type : 'no type'
  return `an output item (${type}) that cannot be: ${issue?.path.join('.') ?? 'type'}: ${issue?.message ?? 'missing'}`
}

/** An item that was only announced, with the text that has come since. */
export function itemSoFar(item: ResponseItem, text: string): ResponseItem {
  switch (item.type) {
    case 'message':
      return { ...item, content: [{ type: 'output_text', text }] }
    case 'reasoning':
      return { ...item, summary: [{ type: 'summary_text', text }] }
    case 'function_call':
      return { ...item, arguments: text }
    case 'custom_tool_call':
      return { ...item, input: text }
    default:
      return item
  }
}

/** A refusal is text too: what the model had to say. */
function readContent(part: JsonRecord): { type: 'output_text'; text: string }[] {
  const text = part.type === 'refusal' ? part.refusal : part.text
  return typeof text === 'string' ? [{ type: 'output_text', text }] : []
}
