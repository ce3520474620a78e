/** What is left of a conversation when it is compacted, as Codex does it; with the first task and open failures kept. */

import type { MessageItem, ResponseItem } from '../protocol/response-item.ts'
import { truncateMiddle } from '../std/truncate.ts'
import { isUserPrompt } from './contextual.ts'
import { failuresMessage, openFailures } from './open-failures.ts'
import { estimateTokens } from './tokens.ts'

/** Codex's bound for the user's own words. */
const USER_TOKENS_MAX = 20_000
export const SUMMARY_TAG = '<conversation-summary>'
const SUMMARY_END = '</conversation-summary>'
const NO_SUMMARY = '(no summary available)'

export interface CompactionParts {
  readonly summary: string
  /** A sentence that tells the model what the summary is. */
  readonly introduction: string
  /** What the model has to know of its surroundings, as they are now. */
  readonly opening: readonly ResponseItem[]
}

/**
 * The items that take the place of `items`: the opening, the user's own words, what still fails, and
 * the summary.
 *
 * Of the user's words the first prompt stays, and of the others the newest that fit into 20,000 tokens, as plain text
 * and in their order; the one that fits no more loses its middle. Calls, outputs, reasoning and answers are gone.
 *
 */
export function compactItems(
  items: readonly ResponseItem[],
  { summary, introduction, opening }: CompactionParts,
): ResponseItem[] {
  const prompts = items.filter(isUserPrompt)
  const failures = failuresMessage(openFailures(items))
  return [
    ...opening,
    ...keptPrompts(prompts),
    ...(failures === null ? [] : [failures]),
    message(`${SUMMARY_TAG}\n${introduction}\n\n${summary.trim() || NO_SUMMARY}\n${SUMMARY_END}`),
  ]
}

function keptPrompts(prompts: readonly MessageItem[]): MessageItem[] {
  const [first, ...rest] = prompts.map(asText)
  if (first === undefined) return []
  const kept: MessageItem[] = []
  const task = fitted(first, USER_TOKENS_MAX)
  let left = USER_TOKENS_MAX - estimateTokens(task)
  for (const prompt of rest.reverse()) {
    if (left <= 0) break
    const shown = fitted(prompt, left)
    kept.unshift(shown)
    left -= estimateTokens(prompt)
  }
  return [task, ...kept]
}

/** Images are lost, as with Codex. */
function asText(prompt: MessageItem): MessageItem {
  const parts = prompt.content.flatMap((part) => (part.type === 'input_text' ? [part.text] : []))
  const isText = parts.length === prompt.content.length && parts.length === 1
  return isText ? prompt : { ...prompt, content: [{ type: 'input_text', text: parts.join('\n') }] }
}

function fitted(prompt: MessageItem, tokens: number): MessageItem {
  if (estimateTokens(prompt) <= tokens) return prompt
  const [part] = prompt.content
  const text = part?.type === 'input_text' ? part.text : ''
  const cut = truncateMiddle(text, { mode: 'tokens', limit: tokens })
  return { ...prompt, content: [{ type: 'input_text', text: cut }] }
}

const message = (text: string): MessageItem => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
})

/**
 * `items` without the oldest one and, where that is a call or an output, without its partner; for a conversation that
 * is too long even to be summarised.
 */
export function withoutOldest(items: readonly ResponseItem[]): ResponseItem[] {
  const [oldest, ...rest] = items
  const callId = oldest !== undefined && 'call_id' in oldest ? oldest.call_id : undefined
  return callId === undefined ? rest : rest.filter((item) => !('call_id' in item) || item.call_id !== callId)
}
