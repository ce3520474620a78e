/** Which failures of a model another one may survive. */

import { ModelError } from '../protocol/errors.ts'
import { ProviderError } from './errors.ts'

/** The words of providers for a model that is not there, whatever the status. */
const NOT_FOUND_WORDS = new Set(['model_not_found', 'not_found', 'not_found_error', '404'])

/**
 * Whether the same request may be answered by another model.
 *
 * It may where the model is away, has too much to do, has no credit left, is not there, or breaks its own protocol. It
 * may not where the request itself is refused, is too long, or was answered in part, and not where the key is: another
 * model would only hide what the host has to mend.
 */
export function isSurvivable(error: unknown): boolean {
  if (!(error instanceof ModelError)) return false
  switch (error.code) {
    case 'model_unreachable':
    case 'stream_interrupted':
    case 'stream_idle':
    case 'response_failed':
    case 'rate_limited':
    case 'server_overloaded':
    case 'quota_exceeded':
    case 'malformed_stream':
      return true
    case 'model_refused':
      return error instanceof ProviderError && isAway(error)
    default:
      return false
  }
}

function isAway({ status, providerCode }: ProviderError): boolean {
  if (status === 404 || status === 408 || (status ?? 0) >= 500) return true
  return providerCode !== undefined && NOT_FOUND_WORDS.has(providerCode)
}
