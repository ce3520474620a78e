/** Tokens as providers count them, brought to one way of counting. */

import type { Usage } from '../protocol/usage.ts'

/** What a provider reported; whatever is no number counts as none. */
export interface ReportedTokens {
  readonly input: unknown
  readonly cached?: unknown
  readonly cacheWrite?: unknown
  readonly output: unknown
  readonly reasoning?: unknown
  readonly total?: unknown
}

/**
 * Usage whose sums hold: input contains what was cached, output contains the reasoning.
 *
 * Some who imitate OpenAI report the parts beside the whole. Then a part is greater than its whole, or the total gives
 * the reasoning away, and the parts are added.
 */
export function usageOf(reported: ReportedTokens): Usage {
  const input = tokens(reported.input)
  const cached = tokens(reported.cached)
  const cacheWrite = tokens(reported.cacheWrite)
  const output = tokens(reported.output)
  const reasoning = tokens(reported.reasoning)
  const isCacheBeside = cached + cacheWrite > input
  const isReasoningBeside =
    reasoning > output || (reasoning > 0 && tokens(reported.total) === input + output + reasoning)
  return {
    input_tokens: isCacheBeside ? input + cached + cacheWrite : input,
    cached_input_tokens: cached,
    cache_write_input_tokens: cacheWrite,
    output_tokens: isReasoningBeside ? output + reasoning : output,
    reasoning_output_tokens: reasoning,
  }
}

/** What a provider reports that counts the input in parts which do not contain each other. */
export interface ReportedParts extends Omit<ReportedTokens, 'input' | 'total'> {
  readonly fresh: unknown
}

/** Usage whose sums hold, of parts: input is what was fresh, read from the cache and written to it. */
export function usageOfParts({ fresh, ...rest }: ReportedParts): Usage {
  return usageOf({ ...rest, input: tokens(fresh) + tokens(rest.cached) + tokens(rest.cacheWrite) })
}

function tokens(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.trunc(value) : 0
}
