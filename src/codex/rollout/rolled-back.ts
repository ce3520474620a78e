/** Takes the newest turns out of a conversation, as Codex does when a person goes back. */

import { isContextual, isUserPrompt } from '../../history/index.ts'
import type { ResponseItem } from '../../protocol/response-item.ts'

/**
 * What is left without the last `turnCount` turns; a turn begins with the user's words.
 *
 * What was told of the surroundings directly before them goes with them, though never what stands before the first turn.
 */
export function withoutLastTurns(items: readonly ResponseItem[], turnCount: number): ResponseItem[] {
  const starts = items.flatMap((item, index) => (isUserPrompt(item) ? [index] : []))
  const [first] = starts
  if (first === undefined || turnCount < 1) return [...items]
  let end = starts.at(-turnCount) ?? first
  while (end > first && isSurroundings(items[end - 1])) end -= 1
  return items.slice(0, end)
}

function isSurroundings(item: ResponseItem | undefined): boolean {
  if (item?.type !== 'message') return false
  return item.role === 'developer' || (item.role === 'user' && isContextual(item))
}
