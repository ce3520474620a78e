/** What the model sees of the past. */

export type { TruncationPolicy } from '../std/truncate.ts'
export { compactItems, withoutOldest } from './compaction.ts'
export { isContextual, isUserPrompt } from './contextual.ts'
export { type ConversationHistory, createHistory, type HistoryOptions } from './conversation-history.ts'
export { ABORTED, createNormalizer, type Normalizer, normalize } from './normalize.ts'
export { oneShot } from './one-shot.ts'
export { type OpenFailure, openFailures } from './open-failures.ts'
export { regular } from './regular.ts'
export { replay } from './replay.ts'
export type { HistoryStrategy, HistoryView } from './strategy.ts'
export { estimateTokens, estimateTokensOf } from './tokens.ts'
export { heardBy } from './voices.ts'
