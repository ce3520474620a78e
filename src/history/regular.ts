/** The strategy of Codex: the model sees everything, until it is compacted. */

import type { HistoryStrategy } from './strategy.ts'

/** Everything that is recorded, as it is recorded. */
export function regular(): HistoryStrategy {
  return {
    name: 'regular',
    whenFull: 'compact',
    spansTurns: true,
    prepare: async ({ items }) => items,
  }
}
