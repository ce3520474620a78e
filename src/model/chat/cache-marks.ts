/** Marks up to which a provider is to keep a conversation in its cache. */

import type { ChatMessage, ContentPart } from './wire.ts'

const MARK = { cache_control: { type: 'ephemeral' } } as const

/**
 * The messages with up to three marks.
 *
 * One stands behind the instructions; one behind the last message that the next request will have too: there the provider
 * writes. The third stands where the request before had its own: there it reads, however much has come since.
 *
 * @param lastingCount How many messages, from the first, will stand in the next request as well.
 */
export function withCacheMarks(messages: readonly ChatMessage[], lastingCount: number): ChatMessage[] {
  const beginning = messages.findIndex(({ role }) => role !== 'system')
  const instructions = (beginning === -1 ? messages.length : beginning) - 1
  const lastMarkable = (below: number) =>
    messages.findLastIndex((message, index) => index < below && canBeMarked(message))
  const end = lastMarkable(lastingCount)
  const before = lastMarkable(
    messages.findLastIndex(({ role }, index) => index < end && role === 'assistant'),
  )
  const places = new Set([instructions, before, end])
  return messages.map((message, index) => (places.has(index) ? marked(message) : message))
}

function canBeMarked({ role, content }: ChatMessage): boolean {
  return role !== 'assistant' && content !== null && content.length > 0
}

function marked(message: ChatMessage): ChatMessage {
  if (message.role === 'assistant') return message
  const parts: readonly ContentPart[] =
    typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content
  const content = parts.map((part, index) => (index === parts.length - 1 ? { ...part, ...MARK } : part))
  return { ...message, content }
}
