/** When a failed request is sent again, as Codex decides it. */

import { ModelError } from '../protocol/errors.ts'
import { ModelRefusedError, ModelUnreachableError, OverloadedError, ProviderError } from './errors.ts'

const BASE_DELAY_MS = 200
const STREAM_RETRIES_MAX = 5
/**
 * The longest wait before a retry, and of all waits for one request together: ten minutes.
 *
 * A provider that asks for more is not waited for, since whoever started the turn would take it for hung; the error
 * carries the time. It also stays far from 2^31 ms, past which a timer fires at once.
 */
const RETRY_AFTER_MS_MAX = 10 * 60_000
/** Codex's `request_max_retries`. */
export const REQUEST_RETRIES_MAX = 4

/**
 * How long to wait before a retry.
 *
 * The provider's own wish when it named one; else 200 ms, doubled each time, and up to a tenth more or less at random,
 * so that clients refused together do not return together.
 *
 * @param attempt 1 before the first retry.
 * @param options.random Gives a number from 0 up to 1; `Math.random` unless told.
 * @returns Milliseconds, at most ten minutes where the delay is ours.
 */
export function retryDelayMs(
  attempt: number,
  options: { readonly retryAfterMs?: number | undefined; readonly random?: () => number } = {},
): number {
  if (options.retryAfterMs !== undefined) return options.retryAfterMs
  const jitter = 0.9 + (options.random ?? Math.random)() * 0.2
  return Math.min(Math.round(BASE_DELAY_MS * 2 ** (attempt - 1) * jitter), RETRY_AFTER_MS_MAX)
}

/**
 * Whether a request that got no stream is sent again at once, unseen by the turn.
 *
 * So are a missing connection and a 5xx. A provider that names a time is left alone that long, which the turn shows.
 */
export function isQuicklyRetried(error: unknown): boolean {
  if (error instanceof ModelUnreachableError) return true
  if (!(error instanceof ModelRefusedError || error instanceof OverloadedError)) return false
  return (error.status ?? 0) >= 500 && error.retryAfterMs === undefined
}

export type StreamRetry = { readonly retry: true; readonly delayMs: number } | { readonly retry: false }

/**
 * Whether a turn asks again after this failure, and how long it waits first.
 *
 * Codex also tries again what `retryable` calls hopeless, such as a 404: this is its table, not a judgement of ours.
 * Three things are ours. A provider that asks for more than ten minutes, at once or in all, is not asked again, and neither is one that
 * redirects, because Codex follows those and we do not. One that breaks off for having too much to do, or names a time to
 * come back, is asked again: that is over in seconds, and what was done of the turn would be lost with it.
 *
 * @param attempt 1 before the first retry.
 * @param retriesMax Codex's `stream_max_retries`, 5.
 * @param waitedMs How long the retries before this one were waited for, together.
 */
export function streamRetry(
  error: unknown,
  attempt: number,
  retriesMax = STREAM_RETRIES_MAX,
  waitedMs = 0,
): StreamRetry {
  if (attempt > retriesMax || !(error instanceof ModelError)) return { retry: false }
  const retryAfterMs = error instanceof ProviderError ? error.retryAfterMs : undefined
  const never: StreamRetry = { retry: false }
  const delayMs = retryDelayMs(attempt, { retryAfterMs })
  if (waitedMs + delayMs > RETRY_AFTER_MS_MAX) return never
  const again: StreamRetry = { retry: true, delayMs }
  switch (error.code) {
    case 'model_unreachable':
    case 'stream_interrupted':
    case 'stream_idle':
    case 'response_failed':
      return again
    case 'rate_limited':
      // A 429 that names no time ends the turn; inside a stream the usual delays do.
      return isStatus(error, 429) && retryAfterMs === undefined ? never : again
    case 'server_overloaded':
      // As a status it has had its quick retries by now, unless it named a time.
      return isStatus(error, undefined) || retryAfterMs !== undefined ? again : never
    case 'model_refused':
      return isStatus(error, 400) || isStatus(error, undefined) || isRedirect(error) ? never : again
    default:
      return never
  }
}

function isStatus(error: ModelError, status: number | undefined): boolean {
  return error instanceof ProviderError && error.status === status
}

function isRedirect(error: ModelError): boolean {
  const status = error instanceof ProviderError ? (error.status ?? 0) : 0
  return status >= 300 && status < 400
}
