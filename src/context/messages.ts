/** Makes the messages that are put in for the model. */

import type { ContentItem, MessageItem } from '../protocol/response-item.ts'

/** A message of these texts, a part for each. */
export function contextMessage(role: 'developer' | 'user', texts: readonly string[]): MessageItem {
  return { type: 'message', role, content: texts.map((text): ContentItem => ({ type: 'input_text', text })) }
}

/** What a hook wants done before the turn ends, as Codex words it. */
export function hookPrompt(text: string): MessageItem {
  return contextMessage('user', [`<hook_prompt hook_run_id="stop">${escaped(text)}</hook_prompt>`])
}

/** So that a text cannot end the element it stands in, nor begin another. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** As one line, for a list: what breaks lines or is not shown becomes a space. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
}
