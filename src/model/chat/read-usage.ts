/** What a response cost, as each server counts it. */

import type { Usage } from '../../protocol/usage.ts'
import { type JsonRecord, recordIn } from '../json-record.ts'
import { usageOf } from '../usage.ts'

export function openaiUsage(raw: JsonRecord): Usage {
  return usageOf(openaiTokens(raw))
}

/** DeepSeek has a word of its own for what it read from its cache. */
export function deepseekUsage(raw: JsonRecord): Usage {
  const tokens = openaiTokens(raw)
  return usageOf({ ...tokens, cached: tokens.cached ?? raw.prompt_cache_hit_tokens })
}

/** Gemini's thoughts are in the total alone. */
export function geminiUsage(raw: JsonRecord): Usage {
  const tokens = openaiTokens(raw)
  const { input, output, total } = tokens
  const areNumbers = typeof input === 'number' && typeof output === 'number' && typeof total === 'number'
  const hidden = areNumbers ? total - input - output : 0
  return usageOf({ ...tokens, reasoning: tokens.reasoning ?? hidden })
}

/**
 * What OpenRouter charged.
 *
 * With a key of the host's own at the provider behind it, `cost` is OpenRouter's fee alone; the provider's bill stands
 * beside it.
 */
export function openrouterCostUsd(raw: JsonRecord): number | undefined {
  const { cost } = raw
  if (!isAmount(cost)) return undefined
  const upstream = recordIn(raw, 'cost_details').upstream_inference_cost
  return raw.is_byok === true && isAmount(upstream) ? cost + upstream : cost
}

function openaiTokens(raw: JsonRecord) {
  const input = recordIn(raw, 'prompt_tokens_details')
  const output = recordIn(raw, 'completion_tokens_details')
  return {
    input: raw.prompt_tokens,
    cached: input.cached_tokens,
    cacheWrite: input.cache_write_tokens,
    output: raw.completion_tokens,
    reasoning: output.reasoning_tokens,
    total: raw.total_tokens,
  }
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
