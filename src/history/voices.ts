/** Shows an agent what others have said and done in its thread. */

import {
  type CallOutputItem,
  type ContentItem,
  isCall,
  isCallOutput,
  type MessageItem,
  type ResponseItem,
} from '../protocol/response-item.ts'
import { normalize } from './normalize.ts'

/**
 * A conversation as one of its agents hears it, in a form that every wire API takes.
 *
 * - What another agent said is a message of the user's side, in `<message from="…">`; so is what a user said whose name
 *   is known.
 * - A call of another agent's and its output are two such messages: the agent must not take them for its own, and may
 *   not have the tool.
 * - Another agent's reasoning, and what its provider keeps for it, is left out.
 *
 * What carries no name is the agent's own, or the one user's, and stays as it is; so does everything the agent said.
 * Item by item, so that a conversation that has grown begins with the bytes it had.
 *
 * @param items Normalized.
 * @param agentId Undefined for an agent without a name.
 */
export function heardBy(
  agentId: string | undefined,
  items: readonly ResponseItem[],
): readonly ResponseItem[] {
  if (!items.some((item) => isForeign(item, agentId) || isSigned(item))) return items
  const foreignCalls: ForeignCalls = new Map()
  // What became text may leave the agent's own reasoning, or its calls, without what they need.
  return normalize(items.flatMap((item) => heardItem(item, agentId, foreignCalls)))
}

/** Who called what, by the call's id. */
type ForeignCalls = Map<string, { readonly from: string; readonly tool: string }>

function heardItem(
  item: ResponseItem,
  agentId: string | undefined,
  foreignCalls: ForeignCalls,
): ResponseItem | [] {
  const { agentId: from = '' } = item
  if (isCallOutput(item)) {
    // An output belongs to whoever made the call, although another may have finished the turn.
    const call = foreignCalls.get(item.call_id)
    return call === undefined ? item : heardOutput(item, call.from, call.tool)
  }
  if (!isSigned(item) && !isForeign(item, agentId)) return item
  if (item.type === 'message') return marked(item, from, item.content)
  if (!isCall(item)) return []
  foreignCalls.set(item.call_id, { from, tool: item.name })
  const input = item.type === 'function_call' ? item.arguments : item.input
  return marked(item, from, [text(`[called ${item.name}]\n${input}`)])
}

function heardOutput(item: CallOutputItem, from: string, tool: string): MessageItem {
  const { output, success } = item
  const head = text(`[${tool} ${success === false ? 'failed' : 'returned'}]\n`)
  return marked(item, from, [head, ...(typeof output === 'string' ? [text(output)] : output)])
}

/** Something that another agent's model made. */
function isForeign(item: ResponseItem, agentId: string | undefined): boolean {
  if (item.agentId === undefined || item.agentId === agentId) return false
  return item.type !== 'message' || item.role === 'assistant'
}

/** A user's message that says whose it is. */
function isSigned(item: ResponseItem): boolean {
  return item.type === 'message' && item.role === 'user' && item.agentId !== undefined
}

/** Of the item it stands for only its turn is kept: an id of the provider's belongs to what that made. */
function marked({ turnId }: ResponseItem, from: string, content: readonly ContentItem[]): MessageItem {
  const parts: ContentItem[] = [text(`<message from="${attribute(from)}">\n`)]
  for (const part of [...content.map(plain), text('\n</message>')]) {
    const last = parts.at(-1)
    if (part.type === 'input_text' && last?.type === 'input_text') {
      parts[parts.length - 1] = text(last.text + part.text)
    } else {
      parts.push(part)
    }
  }
  return { type: 'message', role: 'user', content: parts, ...(turnId === undefined ? {} : { turnId }) }
}

/** A part as users send them, which cannot end the message it stands in nor begin another's. */
function plain(part: ContentItem): ContentItem {
  if (part.type === 'input_image') return part
  return text(part.text.replaceAll(/<(?=\/?message\b)/gi, '&lt;'))
}

function attribute(name: string): string {
  return name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

const text = (value: string): ContentItem => ({ type: 'input_text', text: value })
