/** What a provider says of its limits in the headers of an answer. */

export type LimitedThing = 'requests' | 'tokens' | 'input_tokens' | 'output_tokens'

export interface RateLimit {
  readonly of: LimitedThing
  /** How many may be used in the provider's window of time. */
  readonly limit?: number
  readonly remaining?: number
  /** Milliseconds until all of them are there again. */
  readonly resetAfterMs?: number
}

const ANTHROPIC_WORDS: readonly (readonly [LimitedThing, string])[] = [
  ['requests', 'requests'],
  ['tokens', 'tokens'],
  ['input_tokens', 'input-tokens'],
  ['output_tokens', 'output-tokens'],
]

/** Every limit that the headers name, in OpenAI's words or in Anthropic's. */
export function rateLimitsOf(headers: Headers, now: number = Date.now()): RateLimit[] {
  const openai = (['requests', 'tokens'] as const).map((of) =>
    rateLimit(of, {
      limit: headers.get(`x-ratelimit-limit-${of}`),
      remaining: headers.get(`x-ratelimit-remaining-${of}`),
      resetAfterMs: durationMs(headers.get(`x-ratelimit-reset-${of}`)),
    }),
  )
  return [...openai.filter((limit) => limit !== null), ...anthropicLimits(headers, now)]
}

/** How long until Anthropic takes requests again, by the limits of which nothing is left. */
export function exhaustedForMs(headers: Headers, now: number = Date.now()): number | undefined {
  const waits = anthropicLimits(headers, now).flatMap(({ remaining, resetAfterMs }) =>
    remaining === 0 && resetAfterMs !== undefined ? [resetAfterMs] : [],
  )
  return waits.length === 0 ? undefined : Math.max(...waits)
}

function anthropicLimits(headers: Headers, now: number): RateLimit[] {
  const limits = ANTHROPIC_WORDS.map(([of, word]) =>
    rateLimit(of, {
      limit: headers.get(`anthropic-ratelimit-${word}-limit`),
      remaining: headers.get(`anthropic-ratelimit-${word}-remaining`),
      resetAfterMs: untilMs(headers.get(`anthropic-ratelimit-${word}-reset`), now),
    }),
  )
  return limits.filter((limit) => limit !== null)
}

function rateLimit(
  of: LimitedThing,
  found: { limit: string | null; remaining: string | null; resetAfterMs: number | undefined },
): RateLimit | null {
  const limit = countOf(found.limit)
  const remaining = countOf(found.remaining)
  if (limit === undefined && remaining === undefined) return null
  return {
    of,
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(found.resetAfterMs === undefined ? {} : { resetAfterMs: found.resetAfterMs }),
  }
}

function countOf(text: string | null): number | undefined {
  return text !== null && /^\s*\d+\s*$/.test(text) ? Number(text) : undefined
}

/** Of a time such as `2026-11-22T10:00:00Z`. */
function untilMs(text: string | null, now: number): number | undefined {
  if (text === null || !/^\d{4}-\d{2}-\d{2}T/.test(text)) return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : Math.max(0, time - now)
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Of a duration such as `1s`, `6m0s` or `20ms`. */
function durationMs(text: string | null): number | undefined {
  if (text === null || !/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(text)) return undefined
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)
  return Math.round(
    parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (UNITS_MS[unit] ?? 0), 0),
  )
}
