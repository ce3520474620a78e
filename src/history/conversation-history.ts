/** A conversation's items, as they are recorded, counted, and prepared for a request. */

import type { CallOutputItem, ResponseItem } from '../protocol/response-item.ts'
import type { Usage } from '../protocol/usage.ts'
import { scalePolicy, type TruncationPolicy, truncateMiddle, truncateParts } from '../std/truncate.ts'
import { isUserPrompt } from './contextual.ts'
import { createNormalizer } from './normalize.ts'
import { regular } from './regular.ts'
import type { HistoryStrategy, HistoryView } from './strategy.ts'
import { estimateTokens, estimateTokensOf } from './tokens.ts'

// An output that was already cut, head and all, to the policy by its tool must not be cut a second time.
const RECORDED_OUTPUT_FACTOR = 1.2
/** Codex's policy for a model it does not know. */
const DEFAULT_TRUNCATION: TruncationPolicy = { mode: 'bytes', limit: 10_000 }

export interface HistoryOptions {
  /** What the model sees of the conversation; `regular()` unless given. */
  readonly strategy?: HistoryStrategy
  /** How much of a tool's output is kept; 10,000 bytes unless given. */
  readonly truncation?: TruncationPolicy
  /** Items of an earlier session, taken as they are. */
  readonly items?: readonly ResponseItem[]
}

export interface ConversationHistory {
  readonly strategy: HistoryStrategy
  /** Grows by one whenever the items were replaced rather than added to. */
  readonly version: number
  /** Of the newest answered request; null before it, and after a replacement. */
  readonly lastUsage: Usage | null

  /**
   * Add items at the end.
   *
   * System messages and items of unknown types without a maker are left out. Outputs of calls are cut to the policy × 1.2, nothing else
   * is changed.
   *
   * @param options `truncation`: the policy of the model at hand, in place of the history's own.
   * @returns What was recorded: what a thread file should keep.
   */
  record(items: readonly ResponseItem[], options?: { readonly truncation?: TruncationPolicy }): ResponseItem[]
  /** All items, oldest first; a list of the caller's own. */
  items(): ResponseItem[]
  /** Put `items` in the place of all that is recorded, as compaction does. */
  replace(items: readonly ResponseItem[]): void
  /** What the model is to see: the strategy's choice, normalized; a list of the caller's own. */
  prepare(view: Omit<HistoryView, 'items'>): Promise<ResponseItem[]>
  /** Take note of what a request cost; outputs of its calls may be recorded before or after. */
  noteUsage(usage: Usage): void
  /**
   * Tokens that the next request would read of this history.
   *
   * The newest request's usage, with an estimate of what stands behind the model's last item, and of encrypted reasoning
   * that servers leave out of their count. Without a usage all is estimated, and what stands around the history is not
   * counted.
   */
  tokensInUse(): number
}

/** Begin a conversation, or go on with the items of an earlier one. */
export function createHistory(options: HistoryOptions = {}): ConversationHistory {
  const strategy = options.strategy ?? regular()
  const normalize = createNormalizer()
  let items: ResponseItem[] = [...(options.items ?? [])]
  let version = 0
  let lastUsage: Usage | null = null

  return {
    strategy,
    get version() {
      return version
    },
    get lastUsage() {
      return lastUsage
    },

    record(added, { truncation = options.truncation ?? DEFAULT_TRUNCATION } = {}) {
      const policy = scalePolicy(truncation, RECORDED_OUTPUT_FACTOR)
      const recorded = added
        .filter(isRecorded)
        .map((item) => (isOutput(item) ? truncateOutput(item, policy) : item))
      for (const item of recorded) items.push(item)
      return recorded
    },

    items: () => [...items],

    replace(replacement) {
      items = [...replacement]
      version += 1
      lastUsage = null
    },

    prepare: async (view) => normalize(await strategy.prepare({ ...view, items })),

    noteUsage(usage) {
      lastUsage = usage
    },

    tokensInUse() {
      if (lastUsage === null) return estimateTokensOf(items)
      const unread = items.slice(items.findLastIndex(isFromModel) + 1)
      return (
        lastUsage.input_tokens +
        lastUsage.output_tokens +
        uncountedReasoning(items) +
        estimateTokensOf(unread)
      )
    },
  }
}

function isRecorded(item: ResponseItem): boolean {
  if (item.type === 'message') return item.role !== 'system'
  // One of a provider's own kind goes back to its maker.
  return item.type !== 'other' || item.providerData !== undefined
}

function isOutput(item: ResponseItem): item is CallOutputItem {
  return item.type === 'function_call_output' || item.type === 'custom_tool_call_output'
}

function isFromModel(item: ResponseItem): boolean {
  if (item.type === 'message') return item.role === 'assistant'
  return !isOutput(item)
}

function truncateOutput(item: CallOutputItem, policy: TruncationPolicy): CallOutputItem {
  const output =
    typeof item.output === 'string' ? truncateMiddle(item.output, policy) : truncateParts(item.output, policy)
  return output === item.output ? item : { ...item, output }
}

/** Encrypted reasoning of the turns before the present one: it is sent, but servers do not count it. */
function uncountedReasoning(items: readonly ResponseItem[]): number {
  let tokens = 0
  for (const item of items.slice(0, Math.max(0, items.findLastIndex(isUserPrompt)))) {
    if (item.type === 'reasoning' && typeof item.encrypted_content === 'string')
      tokens += estimateTokens(item)
  }
  return tokens
}
