/** The strategy without a past: each turn begins as if it were the first. */

import type { ResponseItem } from '../protocol/response-item.ts'
import { isContextual } from './contextual.ts'
import type { HistoryStrategy } from './strategy.ts'

/** What opened the conversation, and the turn at hand. What is to last from turn to turn has to be written into files. */
export function oneShot(): HistoryStrategy {
  return {
    name: 'one-shot',
    whenFull: 'compact',
    spansTurns: false,
    async prepare({ items, turnId }) {
      const end = items.findIndex((item) => !isOpening(item))
      const opening = items.slice(0, end === -1 ? items.length : end).filter((item) => item.turnId !== turnId)
      return [...opening, ...items.filter((item) => item.turnId === turnId)]
    },
  }
}

function isOpening(item: ResponseItem): boolean {
  return item.type === 'message' && (item.role === 'developer' || isContextual(item))
}
