/** One request carried to its end, as events. */

import { createSseDecoder, type SseMessage, SseTooLongError } from '../std/sse.ts'
import { type Connection, createConnection, type Exchange } from './connection.ts'
import { withCost, withCosts } from './cost.ts'
import { type FailureFacts, MalformedStreamError, StreamIdleError, StreamInterruptedError } from './errors.ts'
import type { ModelEvent, ModelRequest } from './model-client.ts'
import type { RateLimit } from './rate-limits.ts'
import { createRedactor } from './redact.ts'
import type { DecodeContext, StreamDecoder } from './stream-decoder.ts'
import { unbatched } from './unbatched.ts'

export interface StreamCall extends Exchange {
  readonly request: ModelRequest
  readonly createDecoder: (context: DecodeContext) => StreamDecoder
}

/**
 * The events of one response.
 *
 * The socket closes at once when `signal` aborts, and when the consumer leaves the loop.
 *
 * @throws {ProviderError} See `ModelClient.stream`.
 */
export function streamEvents(call: StreamCall): AsyncIterableIterator<ModelEvent, void> {
  return unbatched(eventBatches(call), () => call.signal.throwIfAborted())
}

/** A batch for each piece of the body. */
async function* eventBatches(call: StreamCall): AsyncGenerator<ModelEvent[], void, undefined> {
  const { request, signal } = call
  const provider = call.config.name
  signal.throwIfAborted()
  const connection = createConnection(call)
  let requestId: string | undefined
  let decoder: StreamDecoder | null = null
  try {
    const { rateLimits, ...answer } = await connection.open()
    requestId = answer.requestId
    decoder = call.createDecoder({ provider, request, requestId, redact: createRedactor(call.config) })
    const sse = createSseDecoder()
    let isOver = false
    while (!isOver && !decoder.isComplete) {
      const bytes = await connection.read()
      isOver = bytes === null
      const { messages, isWhole } = bytes === null ? sse.end() : { messages: sse.push(bytes), isWhole: false }
      const { events, failure } = decoded(messages, decoder)
      yield events.map((event) => withCost(withRateLimits(event, rateLimits), request.price))
      // What stands before a failure is seen before it.
      if (failure !== null) throw failure.error
      if (isOver && !decoder.isComplete) yield withCosts(decoder.end(isWhole), request.price)
    }
    if (!decoder.isComplete) throw new StreamInterruptedError({ provider })
  } catch (error) {
    if (signal.aborted) throw signal.reason
    const failure = explain(error, connection, { provider, requestId, partial: decoder?.partial() })
    if (decoder === null || !(failure instanceof StreamInterruptedError)) throw failure
    // A socket that breaks after the last word takes nothing with it.
    const last = decoder.end(false)
    if (!decoder.isComplete) throw failure
    yield withCosts(last, request.price)
  } finally {
    connection.close(decoder?.isComplete === true)
  }
}

interface Decoded {
  readonly events: readonly ModelEvent[]
  readonly failure: { readonly error: unknown } | null
}

function decoded(messages: readonly SseMessage[], decoder: StreamDecoder): Decoded {
  const events: ModelEvent[] = []
  try {
    for (const { data } of messages) {
      for (const event of decoder.decode(data)) events.push(event)
      if (decoder.isComplete) break
    }
    return { events, failure: null }
  } catch (error) {
    return { events, failure: { error } }
  }
}

/** The decoder reads the body; what the headers said joins its first event. */
function withRateLimits(event: ModelEvent, rateLimits: readonly RateLimit[]): ModelEvent {
  return event.type === 'created' && rateLimits.length > 0 ? { ...event, rateLimits } : event
}

function explain(error: unknown, connection: Connection, facts: FailureFacts): unknown {
  if (connection.isIdle(error)) return new StreamIdleError(connection.idleTimeoutMs, facts)
  if (error instanceof StreamInterruptedError)
    return new StreamInterruptedError({ ...facts, cause: error.cause })
  if (error instanceof SseTooLongError) return new MalformedStreamError(error.message, facts)
  return error
}
