/** One system message, in front of all others. */

import type { ChatMessage } from './wire.ts'

/**
 * Messages for templates that refuse a system message anywhere but in the first place.
 *
 * Those at the beginning are joined; what is said later comes from the user. It only ever appends, like the messages do.
 */
export function systemFirst(messages: readonly ChatMessage[]): ChatMessage[] {
  const beginning = messages.findIndex(({ role }) => role !== 'system')
  const leading = beginning === -1 ? messages : messages.slice(0, beginning)
  const rest = messages.slice(leading.length)
  const text = leading.map(({ content }) => content).join('\n\n')
  return [
    ...(leading.length === 0 ? [] : [{ role: 'system', content: text } as const]),
    ...rest.map((message) => (message.role === 'system' ? { ...message, role: 'user' as const } : message)),
  ]
}
