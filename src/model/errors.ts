/** What a host learns when a provider refuses, cannot be reached, or breaks its own protocol. */

import { ModelError } from '../protocol/errors.ts'
import type { ResponseItem } from '../protocol/response-item.ts'

/** What is known of a failure beside its kind. */
export interface FailureFacts {
  /** The provider's name in the host's options. */
  readonly provider: string
  /** The provider's own name for the request, to quote to its support. */
  readonly requestId?: string | undefined
  /** The HTTP status, where the failure was one. */
  readonly status?: number | undefined
  /** The provider's word for it, such as `context_length_exceeded`. */
  readonly providerCode?: string | undefined
  /** How long the provider asks to be left alone, in milliseconds; beyond ten minutes a turn does not wait. */
  readonly retryAfterMs?: number | undefined
  /** Items that had begun and were not finished, with what there was of them. */
  readonly partial?: readonly ResponseItem[] | undefined
  readonly cause?: unknown
}

/** What all failures of a provider have in common. */
export abstract class ProviderError extends ModelError {
  readonly provider: string
  readonly requestId: string | undefined
  readonly status: number | undefined
  readonly providerCode: string | undefined
  readonly retryAfterMs: number | undefined
  readonly partial: readonly ResponseItem[]

  constructor(message: string, facts: FailureFacts) {
    super(message, facts.cause === undefined ? {} : { cause: facts.cause })
    this.provider = facts.provider
    this.requestId = facts.requestId
    this.status = facts.status
    this.providerCode = facts.providerCode
    this.retryAfterMs = facts.retryAfterMs
    this.partial = facts.partial ?? []
  }
}

/** No answer came: a name that does not resolve, a closed port, a connection dropped before the headers. */
export class ModelUnreachableError extends ProviderError {
  override readonly name = 'ModelUnreachableError'
  readonly code = 'model_unreachable'
  override readonly retryable = true
}

/** The provider said no, or pointed elsewhere (3xx). Of status 400, `message` is the answer's body as it came. */
export class ModelRefusedError extends ProviderError {
  override readonly name = 'ModelRefusedError'
  readonly code = 'model_refused'
  override readonly retryable: boolean
  /** The answer's body as it came, cut to 64 Ki characters. */
  readonly body: string

  constructor(message: string, facts: FailureFacts & { readonly body: string }) {
    super(message, facts)
    this.body = facts.body
    this.retryable = facts.status === 408 || (facts.status ?? 0) >= 500
  }
}

/** The conversation is longer than the model's window. */
export class ContextOverflowError extends ProviderError {
  override readonly name = 'ContextOverflowError'
  readonly code = 'context_overflow'
}

/** The account has no credit or allowance left. */
export class QuotaError extends ProviderError {
  override readonly name = 'QuotaError'
  readonly code = 'quota_exceeded'
}

/** Too many requests or tokens in too short a time. */
export class RateLimitError extends ProviderError {
  override readonly name = 'RateLimitError'
  readonly code = 'rate_limited'
  override readonly retryable = true
}

/** The provider has more to do than it can. */
export class OverloadedError extends ProviderError {
  override readonly name = 'OverloadedError'
  readonly code = 'server_overloaded'
  override readonly retryable = true
}

/** The provider began to answer, then reported a failure of its own. */
export class ResponseFailedError extends ProviderError {
  override readonly name = 'ResponseFailedError'
  readonly code = 'response_failed'
  override readonly retryable = true
}

/** The model was stopped before it was done; what it had said came as items. */
export class ResponseIncompleteError extends ProviderError {
  override readonly name = 'ResponseIncompleteError'
  readonly code = 'response_incomplete'
  /** The provider's word for it, such as `max_output_tokens`, `length` or `content_filter`. */
  readonly reason: string

  constructor(reason: string, facts: FailureFacts) {
    const advice =
      reason === 'content_filter' ? '' : ' Allow more output tokens, or ask for less in one step.'
    super(`${facts.provider} ended the response early: ${reason}.${advice}`, {
      ...facts,
      providerCode: reason,
    })
    this.reason = reason
  }
}

/** The stream ended, or broke, before the response was complete. */
export class StreamInterruptedError extends ProviderError {
  override readonly name = 'StreamInterruptedError'
  readonly code = 'stream_interrupted'
  override readonly retryable = true

  constructor(facts: FailureFacts) {
    const how = facts.cause === undefined ? 'ended' : 'broke off'
    super(`The stream from ${facts.provider} ${how} before the response was complete.`, facts)
  }
}

/** Nothing came for longer than `streamIdleTimeoutMs`. */
export class StreamIdleError extends ProviderError {
  override readonly name = 'StreamIdleError'
  readonly code = 'stream_idle'
  override readonly retryable = true
  readonly timeoutMs: number

  constructor(timeoutMs: number, facts: FailureFacts) {
    super(
      `Nothing came from ${facts.provider} for ${timeoutMs} ms. ` +
        `A slower model needs a longer providers.${facts.provider}.streamIdleTimeoutMs.`,
      facts,
    )
    this.timeoutMs = timeoutMs
  }
}

/** What came is not the wire API that was asked for. */
export class MalformedStreamError extends ProviderError {
  override readonly name = 'MalformedStreamError'
  readonly code = 'malformed_stream'
}
