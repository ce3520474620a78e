/** The errors of an HTTP exchange: an answer that is no success, a page in place of a stream, no answer at all. */

import {
  ContextOverflowError,
  MalformedStreamError,
  ModelRefusedError,
  ModelUnreachableError,
  OverloadedError,
  type ProviderError,
  QuotaError,
  RateLimitError,
} from './errors.ts'
import { kindOf, reportedFailure, shownCode, streamFailure } from './failure.ts'
import { isRecord, type JsonRecord, parseRecord, recordIn } from './json-record.ts'
import type { ProviderConfig } from './model-client.ts'
import { exhaustedForMs } from './rate-limits.ts'
import { createRedactor } from './redact.ts'

const BODY_CHARS_MAX = 64 * 1024
/** More is read than shown, so that an error's JSON is whole and no secret is cut in two before it is redacted. */
const READ_CHARS_MAX = 1024 * 1024

/** A smaller number is no time in milliseconds since 1970 that a server of ours could mean. */
const EPOCH_MS_MIN = 1e12

/** How servers without codes of their own say that the prompt is too long. */
const OVERFLOW_WORDS =
  /context[ _](?:length|window|size|limit)|maximum context|prompt is too long|exceeds? the (?:available )?context|exceeds the maximum number of tokens|range of input length|model token limit/i

/** The error of an HTTP answer that is no success; reads its body. */
export async function refusalOf(response: Response, config: ProviderConfig): Promise<ProviderError> {
  const { status } = response
  if (status >= 300 && status < 400) return redirectRefusal(response, config)
  const redact = createRedactor(config)
  const text = await textOf(response).catch(() => '')
  const body = redact(text).slice(0, BODY_CHARS_MAX)
  const error = errorIn(text)
  const reported = reportedFailure(error) ?? { code: undefined, type: undefined, message: body }
  const facts = {
    provider: config.name,
    requestId: requestIdOf(response.headers, redact),
    status,
    providerCode: shownCode(reported, redact),
    retryAfterMs: delayMsOf(response, error),
  }
  const message = toldAs(response, body, `${config.name} answered ${status} ${redact(response.statusText)}`)
  const kind = kindOf(reported)
  if (status === 400 && isOverflow(kind, body)) return new ContextOverflowError(message, facts)
  // OpenRouter counts what is under way against the credit; it names a time when that will be over.
  if (status === 402 && facts.retryAfterMs !== undefined) return new RateLimitError(message, facts)
  if (status === 402 || (status === 429 && kind === 'quota')) {
    return new QuotaError(`${message} Add credit to the account, or choose another provider.`, facts)
  }
  if (status === 429) return new RateLimitError(message, facts)
  if (status === 529 || (status === 503 && kind === 'overloaded')) return new OverloadedError(message, facts)
  return new ModelRefusedError(message + adviceFor(status, config.name), { ...facts, body })
}

/** A 400 says in its own words what is wrong with the request, if it says anything. */
function toldAs({ status, url }: Response, body: string, head: string): string {
  return (status === 400 ? body : '') || `${head}: ${body} (POST ${withoutQuery(url)})`
}

/** When to come back: as `Retry-After` says; for too many requests also as the limits or the body say. */
function delayMsOf({ status, headers }: Response, error: unknown): number | undefined {
  const retryAfterMs = retryAfterMsOf(headers)
  if (retryAfterMs !== undefined || status !== 429) return retryAfterMs
  return exhaustedForMs(headers) ?? namedDelayMs(error)
}

function isOverflow(kind: ReturnType<typeof kindOf>, body: string): boolean {
  return kind === 'overflow' || OVERFLOW_WORDS.test(body)
}

/** A redirect is not followed: the headers and the prompt go to no place that the host did not name. */
async function redirectRefusal(response: Response, config: ProviderConfig): Promise<ModelRefusedError> {
  // Nobody reads the body; what is left unread would hold the socket.
  await response.body?.cancel().catch(() => {})
  const redact = createRedactor(config)
  const { status } = response
  const target = redirectOrigin(response)
  const where = target === null ? '' : ` and pointed to ${redact(target)}`
  return new ModelRefusedError(
    `${config.name} answered ${status}${where}. Redirects are not followed, because a request carries the key and ` +
      `the prompt. Name in providers.${config.name}.baseUrl the address that is meant.`,
    { provider: config.name, requestId: requestIdOf(response.headers, redact), status, body: '' },
  )
}

/** The origin alone, since the rest of an address may be secret; null where a redirect names no host. */
function redirectOrigin(response: Response): string | null {
  const location = response.headers.get('location')
  if (location === null || !URL.canParse(location, response.url)) return null
  const { host, origin } = new URL(location, response.url)
  return host === '' ? null : origin
}

/** The error of a success that is a document, such as a page or an error's body; null for a stream. */
export async function documentFailure(
  response: Response,
  config: ProviderConfig,
): Promise<ProviderError | null> {
  const redact = createRedactor(config)
  const mediaType = redact(response.headers.get('content-type') ?? '')
  if (!/^(?:application|text)\/(?:[\w.-]+\+)?(?:json|html|xml)\b/i.test(mediaType)) return null
  const text = await textOf(response)
  const facts = { provider: config.name, requestId: requestIdOf(response.headers, redact) }
  const reported = reportedFailure(parseRecord(text)?.error)
  if (reported !== null) return streamFailure(reported, facts, redact)
  return new MalformedStreamError(
    `${config.name} answered with ${mediaType} in place of an event stream: ${redact(text).slice(0, 200)}. ` +
      `Check providers.${config.name}.baseUrl and its wireApi.`,
    facts,
  )
}

/** The error of a request that got no answer at all. */
export function unreachable(cause: unknown, config: ProviderConfig): ModelUnreachableError {
  return new ModelUnreachableError(
    `${config.name} could not be reached at ${withoutQuery(config.baseUrl)}: ${createRedactor(config)(reasonOf(cause))}. ` +
      `Check providers.${config.name}.baseUrl and the network.`,
    { provider: config.name, cause },
  )
}

/**
 * The id that the provider gave to a request, under any of the names in use.
 *
 * @param redact Takes the host's secrets out of it: a gateway may echo any header that it was sent.
 */
export function requestIdOf(headers: Headers, redact: (text: string) => string): string | undefined {
  const id = headers.get('x-request-id') ?? headers.get('request-id') ?? headers.get('x-generation-id')
  return id === null ? undefined : redact(id)
}

/**
 * `Retry-After` in milliseconds: OpenAI's own header in milliseconds, else seconds, else an HTTP date.
 *
 * @see RFC 9110, 10.2.3 (Retry-After)
 */
function retryAfterMsOf(headers: Headers, now: number = Date.now()): number | undefined {
  const milliseconds = numberIn(headers.get('retry-after-ms'))
  if (milliseconds !== undefined) return milliseconds
  const header = headers.get('retry-after')
  const seconds = numberIn(header)
  if (seconds !== undefined) return Math.round(seconds * 1000)
  // A date begins with the name of a day; `Date.parse` would find one in -5 as well.
  const date = header !== null && /^[a-z]{3}/i.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** The body, as far as anybody will look at it: one need not have an end. */
async function textOf(response: Response): Promise<string> {
  const utf8 = new TextDecoder()
  let text = ''
  for await (const bytes of response.body ?? []) {
    text += utf8.decode(bytes, { stream: true })
    if (text.length >= READ_CHARS_MAX) return text
  }
  return text + utf8.decode()
}

/** Network errors hide what happened in the cause of a cause. */
function reasonOf(error: unknown): string {
  let reason = 'no connection'
  for (
    let current = error, depth = 0;
    current instanceof Error && depth < 8;
    current = current.cause, depth++
  ) {
    if (current.message !== '') reason = current.message
  }
  return reason
}

function adviceFor(status: number, provider: string): string {
  if (status === 401 || status === 403) return ` Check providers.${provider}.apiKey.`
  if (status === 404) return ` Check providers.${provider}.baseUrl and the model's name.`
  return ''
}

/** The error object of a body; some servers send it bare, and Google's OpenAI face in a list. */
function errorIn(text: string): unknown {
  const body = parseRecord(text) ?? firstIn(text)
  return body?.error ?? body
}

function firstIn(text: string): JsonRecord | undefined {
  if (!text.trimStart().startsWith('[')) return undefined
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) && isRecord(list[0]) ? list[0] : undefined
  } catch {
    return undefined
  }
}

/** What a refusal's body says of when to come back: Google's `retryDelay`, or the headers OpenRouter passes on. */
function namedDelayMs(error: unknown): number | undefined {
  if (!isRecord(error)) return undefined
  const details = Array.isArray(error.details) ? error.details.filter(isRecord) : []
  for (const { retryDelay } of details) {
    const seconds = typeof retryDelay === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(retryDelay)?.[1] : undefined
    if (seconds !== undefined) return Math.round(Number(seconds) * 1000)
  }
  const { 'X-RateLimit-Reset': reset } = recordIn(recordIn(error, 'metadata'), 'headers')
  const time = typeof reset === 'string' ? (numberIn(reset) ?? 0) : 0
  return time < EPOCH_MS_MIN ? undefined : Math.max(0, time - Date.now())
}

/** An address to show: a query or a password in it may be secret. */
function withoutQuery(address: string): string {
  if (!URL.canParse(address)) return address
  const { origin, pathname } = new URL(address)
  return origin + pathname
}

function numberIn(text: string | null): number | undefined {
  return text !== null && /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined
}
