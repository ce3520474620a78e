/** Which of our errors a provider's own words mean. */

import {
  ContextOverflowError,
  type FailureFacts,
  ModelRefusedError,
  OverloadedError,
  type ProviderError,
  QuotaError,
  RateLimitError,
  ResponseFailedError,
} from './errors.ts'
import { isRecord, recordIn } from './json-record.ts'

/** A failure in the provider's words, wherever it stood: in a refusal's body or in the middle of a stream. */
export interface ReportedFailure {
  readonly code: string | undefined
  readonly type: string | undefined
  readonly message: string
}

export type FailureKind = 'overflow' | 'quota' | 'rate' | 'overloaded' | 'refused'

/** The words of OpenAI, OpenRouter and Anthropic; a number is an HTTP status that came as a code. */
const KINDS: Readonly<Record<string, FailureKind>> = {
  context_length_exceeded: 'overflow',
  insufficient_quota: 'quota',
  usage_limit_reached: 'quota',
  usage_not_included: 'quota',
  payment_required: 'quota',
  billing_error: 'quota',
  '402': 'quota',
  rate_limit_exceeded: 'rate',
  rate_limit_error: 'rate',
  '429': 'rate',
  server_is_overloaded: 'overloaded',
  slow_down: 'overloaded',
  provider_overloaded: 'overloaded',
  overloaded_error: 'overloaded',
  '529': 'overloaded',
  invalid_prompt: 'refused',
  invalid_request: 'refused',
  invalid_request_error: 'refused',
  cyber_policy: 'refused',
  misalignment_policy_violation: 'refused',
  content_policy_violation: 'refused',
  refusal: 'refused',
  authentication: 'refused',
  permission_denied: 'refused',
  not_found: 'refused',
  authentication_error: 'refused',
  permission_error: 'refused',
  not_found_error: 'refused',
  request_too_large: 'refused',
  '400': 'refused',
  '401': 'refused',
  '403': 'refused',
  '404': 'refused',
}

/** The error object of a body or a stream's event; null when there is none. */
export function reportedFailure(error: unknown): ReportedFailure | null {
  if (typeof error === 'string') return { code: undefined, type: undefined, message: error }
  if (!isRecord(error)) return null
  const metadata = recordIn(error, 'metadata')
  return {
    code: wordOf(error.code),
    type: wordOf(metadata.error_type) ?? wordOf(error.type),
    message: typeof error.message === 'string' ? error.message : JSON.stringify(error),
  }
}

/**
 * A failure that a provider reported after its 200.
 *
 * @param reported Null when it gave no reason.
 * @param redact Takes the host's secrets out of the provider's words.
 */
export function streamFailure(
  reported: ReportedFailure | null,
  facts: FailureFacts,
  redact: (text: string) => string,
): ProviderError {
  const body = redact(reported?.message ?? 'The response failed.')
  const message = `${facts.provider}: ${body}`
  const providerCode = reported === null ? undefined : shownCode(reported, redact)
  const known = { retryAfterMs: delayIn(body), ...facts, providerCode }
  switch (reported === null ? undefined : kindOf(reported)) {
    case 'overflow':
      return new ContextOverflowError(message, known)
    case 'quota':
      return new QuotaError(message, known)
    case 'rate':
      return new RateLimitError(message, known)
    case 'overloaded':
      return new OverloadedError(message, known)
    case 'refused':
      return new ModelRefusedError(message, { ...known, body })
    default:
      return new ResponseFailedError(message, known)
  }
}

/** The provider's word for a failure, with the host's secrets taken out of it. */
export function shownCode(reported: ReportedFailure, redact: (text: string) => string): string | undefined {
  const code = reported.code ?? reported.type
  return code === undefined ? undefined : redact(code)
}

/** What a failure's words mean; undefined for words that say nothing. */
export function kindOf(reported: ReportedFailure): FailureKind | undefined {
  // OpenRouter's type says more than the status that it has for a code.
  const isStatus = reported.code !== undefined && /^\d+$/.test(reported.code)
  const words = isStatus ? [reported.type, reported.code] : [reported.code, reported.type]
  for (const word of words) {
    const kind = word !== undefined && Object.hasOwn(KINDS, word) ? KINDS[word] : undefined
    if (kind !== undefined) return kind
  }
  return undefined
}

/** Of a message such as `Please try again in 1.5s`. */
function delayIn(message: string): number | undefined {
  const found = /try again in\s+(\d+(?:\.\d+)?)\s*(ms|s|seconds?)/i.exec(message)
  if (found === null) return undefined
  const amount = Number(found[1])
  return Math.round(found[2]?.toLowerCase() === 'ms' ? amount : amount * 1000)
}

function wordOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
