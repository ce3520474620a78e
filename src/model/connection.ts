/** One HTTP exchange: sent, sent again where that is due, and read until somebody hangs up. */

import { setTimeout as delay } from 'node:timers/promises'
import { StreamInterruptedError } from './errors.ts'
import type { ProviderConfig } from './model-client.ts'
import { type RateLimit, rateLimitsOf } from './rate-limits.ts'
import { createRedactor } from './redact.ts'
import { documentFailure, requestIdOf } from './refusal.ts'
import { isQuicklyRetried, REQUEST_RETRIES_MAX, retryDelayMs } from './retry.ts'

const IDLE_TIMEOUT_MS = 300_000
/** How long the end of a body that has said all may take, before its connection is given up. */
const DRAIN_MS = 500

/** Sends one body; a provider's SDK without its retries. */
export interface Transport {
  /** @throws {ProviderError} No answer, or one that is no success. */
  post(path: string, body: object, signal: AbortSignal): Promise<Response>
}

export interface Exchange {
  readonly transport: Transport
  readonly config: ProviderConfig
  readonly path: string
  readonly body: object
  /** Aborting it closes the socket at once. */
  readonly signal: AbortSignal
}

export interface AnswerFacts {
  /** The provider's own name for the request. */
  readonly requestId: string | undefined
  readonly rateLimits: readonly RateLimit[]
}

export interface Connection {
  readonly idleTimeoutMs: number
  /** True once the provider was silent for too long, and the connection closed for it. */
  isIdle(error: unknown): boolean
  /**
   * Send the request, with Codex's quick retries.
   *
   * @returns What the headers say.
   * @throws {ProviderError}
   */
  open(): Promise<AnswerFacts>
  /** The next bytes; null at the end. @throws {StreamInterruptedError} The socket broke. */
  read(): Promise<Uint8Array | null>
  /** Hang up. What is left of a complete response is read first, so that the socket serves the next request. */
  close(isComplete: boolean): void
}

export function createConnection({ transport, config, path, body, signal }: Exchange): Connection {
  const idleTimeoutMs = config.streamIdleTimeoutMs ?? IDLE_TIMEOUT_MS
  const stop = new AbortController()
  const onAbort = () => stop.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  let reader: ReadableStreamDefaultReader<Uint8Array> | null = null

  let waitingSince: number | null = null
  let wasSilent = false
  // Set anew when it fires, rather than at each of the many waits.
  const look = () => {
    const silentMs = waitingSince === null ? 0 : performance.now() - waitingSince
    if (silentMs < idleTimeoutMs) {
      timer = setTimeout(look, idleTimeoutMs - silentMs).unref()
      return
    }
    wasSilent = true
    stop.abort()
  }
  let timer = setTimeout(look, idleTimeoutMs).unref()

  /** Wait for the provider; only such waiting counts as silence, never the consumer's own work. */
  async function listen<T>(promise: Promise<T>): Promise<T> {
    waitingSince = performance.now()
    try {
      return await promise
    } finally {
      waitingSince = null
    }
  }

  async function send(): Promise<Response> {
    const retriesMax = config.requestRetriesMax ?? REQUEST_RETRIES_MAX
    for (let attempt = 1; ; attempt++) {
      try {
        return await listen(transport.post(path, body, stop.signal))
      } catch (error) {
        const isLast = attempt > retriesMax || stop.signal.aborted || isFetchTimeout(error)
        if (isLast || !isQuicklyRetried(error)) throw error
        await delay(retryDelayMs(attempt), undefined, { signal: stop.signal })
      }
    }
  }

  return {
    idleTimeoutMs,
    isIdle: (error) => wasSilent || isFetchTimeout(error),
    async open() {
      const response = await send()
      const failure = await listen(documentFailure(response, config))
      if (failure !== null) throw failure
      reader = response.body?.getReader() ?? null
      return {
        requestId: requestIdOf(response.headers, createRedactor(config)),
        rateLimits: rateLimitsOf(response.headers),
      }
    },
    async read() {
      if (reader === null) return null
      try {
        const { value } = await listen(reader.read())
        return value ?? null
      } catch (cause) {
        throw new StreamInterruptedError({ provider: config.name, cause })
      }
    },
    close(isComplete) {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      if (isComplete && reader !== null) void drain(reader, stop)
      else stop.abort()
    },
  }
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>, stop: AbortController): Promise<void> {
  const timer = setTimeout(() => stop.abort(), DRAIN_MS)
  try {
    while (!(await reader.read()).done);
  } catch {
    // The response was complete; nobody asks how its connection ended.
  } finally {
    clearTimeout(timer)
  }
}

/** Node's own fetch gives up on a silent server after five minutes. */
function isFetchTimeout(error: unknown): boolean {
  for (
    let current = error, depth = 0;
    current instanceof Error && depth < 8;
    current = current.cause, depth++
  ) {
    if ('code' in current && /^UND_ERR_(?:BODY|HEADERS)_TIMEOUT$/.test(String(current.code))) return true
  }
  return false
}
