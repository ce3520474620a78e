/** What we know of models. */

import type { ModelPrice } from './cost.ts'
import type { ModelRequest } from './model-client.ts'

export interface ModelInfo {
  readonly slug: string
  /** False where everything below is a guess; worth one warning. */
  readonly isKnown: boolean
  /** Tokens of input. */
  readonly contextWindow: number
  /** How much of the window may be filled, in percent; the rest is room for what cannot be counted beforehand. */
  readonly effectiveWindowPercent: number
  /** Tokens at which the history is compacted: 90 % of the window, or less. */
  readonly autoCompactTokenLimit: number
  /** Bound of one tool output, as the model reads it. */
  readonly truncation: { readonly mode: 'bytes' | 'tokens'; readonly limit: number }
  readonly parallelToolCalls: boolean
  /** Whether it takes tools whose input is free text, where the wire API has them. */
  readonly customTools: boolean
  readonly readsImages: boolean
  /** What is asked for when the host asks for nothing; null for a model that does not reason. */
  readonly reasoning: NonNullable<ModelRequest['reasoning']> | null
  /** Null where nobody told us: prices change too often to ship them. */
  readonly price: ModelPrice | null
}

export type ModelFacts = Partial<Omit<ModelInfo, 'slug' | 'isKnown'>>

const AUTO_COMPACT_SHARE = 0.9

/** Of a model nobody told us about; the figures are those Codex falls back to. */
const unknownModel: Omit<ModelInfo, 'slug' | 'isKnown' | 'autoCompactTokenLimit'> = {
  contextWindow: 272_000,
  effectiveWindowPercent: 95,
  truncation: { mode: 'bytes', limit: 10_000 },
  parallelToolCalls: true,
  customTools: false,
  readsImages: true,
  reasoning: { summary: 'auto' },
  price: null,
}

const knownModels: Readonly<Record<string, ModelFacts>> = {
  'google/gemini-2.0-flash-001': { contextWindow: 1_048_576, reasoning: null },
  'openai/gpt-5-nano': { contextWindow: 272_000, customTools: true },
  'anthropic/claude-haiku-4.5': { contextWindow: 200_000 },
}

/**
 * What is known of a model.
 *
 * @param extra A host's own facts by slug; they win over ours, field by field.
 */
export function modelInfo(slug: string, extra: Readonly<Record<string, ModelFacts>> = {}): ModelInfo {
  const ours = Object.hasOwn(knownModels, slug) ? knownModels[slug] : undefined
  const theirs = Object.hasOwn(extra, slug) ? extra[slug] : undefined
  const facts = { ...unknownModel, ...ours, ...theirs }
  const compactAt = Math.floor(facts.contextWindow * AUTO_COMPACT_SHARE)
  return {
    ...facts,
    slug,
    isKnown: ours !== undefined || theirs !== undefined,
    autoCompactTokenLimit: Math.min(theirs?.autoCompactTokenLimit ?? compactAt, compactAt),
  }
}
