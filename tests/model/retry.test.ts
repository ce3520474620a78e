/** A failed request is sent again as Codex would. */

import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { RateLimitError, retryDelayMs, streamRetry } from '../../src/model/index.ts'
import { clientFor, eventsOf, failureOf, gist } from '../support/model-client.ts'
import { recordedResponses } from '../support/recorded-streams.ts'
import {
  type Answer,
  inTurn,
  refuses,
  responsesStream,
  sends,
  stallsAfter,
  startSseServer,
} from '../support/sse-server.ts'

const drops: Answer = (response) => {
  response.destroy()
}
const overloaded = { error: { code: 'server_is_overloaded', message: 'busy' } }
const failed = (code: string, message = 'no') =>
  sends(responsesStream({ type: 'response.failed', response: { error: { code, message } } }))

test('delays double from 200 ms, within a tenth', () => {
  const middle = [1, 2, 3, 4, 5].map((attempt) => retryDelayMs(attempt, { random: () => 0.5 }))

  expect(middle).toEqual([200, 400, 800, 1600, 3200])
  expect(retryDelayMs(1, { random: () => 0 })).toBe(180)
  expect(retryDelayMs(1, { random: () => 0.999999 })).toBe(220)
})

test('a delay that the provider names is kept to', () => {
  expect(retryDelayMs(3, { retryAfterMs: 1500 })).toBe(1500)
})

test.each<[string, Answer, { retry: boolean; delayMs?: number }]>([
  ['a stream that is cut', sends(responsesStream({ type: 'response.created' })), { retry: true }],
  ['a silent stream', stallsAfter(''), { retry: true }],
  ['an unknown failure', failed('server_error'), { retry: true }],
  ['a rate limit inside a stream', failed('rate_limit_exceeded'), { retry: true }],
  ['one with a delay', failed('rate_limit_exceeded', 'try again in 1.5s'), { retry: true, delayMs: 1500 }],
  ['a prompt too long', failed('context_length_exceeded'), { retry: false }],
  ['an empty account', failed('insufficient_quota'), { retry: false }],
  ['an invalid prompt', failed('invalid_prompt'), { retry: false }],
  ['a server that has too much to do', failed('server_is_overloaded'), { retry: true }],
  [
    'an incomplete response',
    sends(responsesStream({ type: 'response.incomplete', response: {} })),
    { retry: false },
  ],
  ['a dropped connection', drops, { retry: true }],
  ['a 500', refuses(500, 'oops'), { retry: true }],
  ['a 500 with a time', refuses(500, 'oops', { 'retry-after': '2' }), { retry: true, delayMs: 2000 }],
  ['a 503', refuses(503, 'oops'), { retry: true }],
  ['a 503 of an overloaded server', refuses(503, overloaded), { retry: false }],
  ['one with a time', refuses(503, overloaded, { 'retry-after': '2' }), { retry: true, delayMs: 2000 }],
  ['a 529', refuses(529, overloaded), { retry: false }],
  ['a 529 with a time', refuses(529, overloaded, { 'retry-after': '2' }), { retry: true, delayMs: 2000 }],
  ['a 429 without a time', refuses(429, { error: { type: 'rate_limit_exceeded' } }), { retry: false }],
  ['a 429 with a time', refuses(429, '', { 'retry-after': '1' }), { retry: true, delayMs: 1000 }],
  ['a 429 with a time that is none', refuses(429, '', { 'retry-after': '-5' }), { retry: false }],
  [
    'a 429 with a date',
    refuses(429, '', { 'retry-after': new Date(0).toUTCString() }),
    { retry: true, delayMs: 0 },
  ],
  ['a 429 with milliseconds', refuses(429, '', { 'retry-after-ms': '70' }), { retry: true, delayMs: 70 }],
  [
    'a 429 of a used-up plan',
    refuses(429, { error: { type: 'usage_limit_reached' } }, { 'retry-after': '1' }),
    { retry: false },
  ],
  ['a 400', refuses(400, 'bad'), { retry: false }],
  ['a 401', refuses(401, 'who'), { retry: true }],
  ['a 402', refuses(402, 'pay'), { retry: false }],
  ['a 403', refuses(403, 'no'), { retry: true }],
  ['a 404', refuses(404, 'where'), { retry: true }],
  ['a 307', refuses(307, '', { location: 'http://127.0.0.1:9/' }), { retry: false }],
  ['a 422', refuses(422, 'what'), { retry: true }],
])('the turn asks again, or not, after %s', async (_, answer, expected) => {
  await using server = await startSseServer(answer)
  const client = await clientFor(server.url, 'responses', { streamIdleTimeoutMs: 200 })

  const { error } = await failureOf(client)
  const decision = streamRetry(error, 1)

  expect(decision).toMatchObject(expected)
  expect(streamRetry(error, 6)).toEqual({ retry: false })
})

test.each([
  ['ten minutes', '600', true],
  ['more than ten minutes', '601', false],
  ['more than a timer takes', '99999999999', false],
  ['more than a number takes', '9'.repeat(400), false],
])('a provider that asks for %s is waited for, or the error says how long', async (_, seconds, retry) => {
  for (const status of [429, 503]) {
    await using server = await startSseServer(refuses(status, '{}', { 'retry-after': seconds }))

    const { error } = await failureOf(await clientFor(server.url, 'responses'))

    const retryAfterMs = Number(seconds) * 1000
    expect(error).toMatchObject({ status, retryAfterMs })
    expect(streamRetry(error, 1)).toEqual(retry ? { retry, delayMs: retryAfterMs } : { retry })
  }
})

test('all waits for one request together stay within ten minutes', () => {
  const error = new RateLimitError('Slow down.', { provider: 'p', status: 429, retryAfterMs: 240_000 })

  expect(streamRetry(error, 3, 5, 360_000)).toEqual({ retry: true, delayMs: 240_000 })
  expect(streamRetry(error, 4, 5, 360_001)).toEqual({ retry: false })
})

test('our own delays stop growing at ten minutes', () => {
  expect(retryDelayMs(40)).toBe(600_000)
})

test('what is no failure of a model is not tried again', () => {
  expect(streamRetry(new Error('a bug'), 1)).toEqual({ retry: false })
})

test.each([
  ['a 500', refuses(500, 'oops')],
  ['an overloaded 503', refuses(503, overloaded)],
  ['a dropped connection', drops],
])('%s is quickly sent again, up to the bound, and the answer counts', async (_, fault) => {
  await using server = await startSseServer(inTurn(fault, fault, sends(recordedResponses)))
  const client = await clientFor(server.url, 'responses', { requestRetriesMax: 2 })

  const events = await eventsOf(client)

  expect(gist(events)).toHaveLength(5)
  expect(server.requests).toHaveLength(3)
  expect(new Set(server.requests.map(({ body }) => JSON.stringify(body))).size).toBe(1)
})

test.each([
  ['a 500 for ever', refuses(500, 'oops'), 3],
  ['a 500 that names a time', refuses(500, 'oops', { 'retry-after': '60' }), 1],
  ['a 429', refuses(429, 'slow', { 'retry-after': '60' }), 1],
  ['a 404', refuses(404, 'where'), 1],
])('%s ends in an error after the promised number of requests', async (_, answer, count) => {
  await using server = await startSseServer(answer)
  const client = await clientFor(server.url, 'responses', { requestRetriesMax: 2 })

  await failureOf(client)

  expect(server.requests).toHaveLength(count)
})

test('aborting ends the wait between two tries', async () => {
  const controller = new AbortController()
  await using server = await startSseServer((response, index, request) => {
    refuses(500, 'oops')(response, index, request)
    response.once('close', () => setTimeout(() => controller.abort('enough'), 20))
  })
  const client = await clientFor(server.url, 'responses', { requestRetriesMax: 100 })

  const { error } = await failureOf(client, undefined, controller.signal)

  expect(error).toBe('enough')
})

test('a 400 without words is told of all the same', async () => {
  await using server = await startSseServer(refuses(400, ''))

  const { error } = await failureOf(await clientFor(server.url, 'responses'))

  expect(error).toMatchObject({ status: 400, message: expect.stringContaining('local answered 400') })
})

test('a 400 speaks in the words of its body', async () => {
  const body = '{ "error": {"message":"bad request here"} }'
  await using server = await startSseServer(refuses(400, body))

  const { error } = await failureOf(await clientFor(server.url, 'responses'))

  expect(error).toMatchObject({
    code: 'model_refused',
    message: body,
    body,
    status: 400,
    requestId: 'req_refused',
    retryable: false,
  })
})

test.each([
  { error: { code: 'context_length_exceeded', message: 'too long' } },
  { error: { message: "This model's maximum context length is 8192 tokens." } },
])('a 400 about the length of the prompt is an overflow', async (body) => {
  await using server = await startSseServer(refuses(400, body))

  const { error } = await failureOf(await clientFor(server.url, 'chat'))

  expect(error).toMatchObject({ code: 'context_overflow', status: 400, message: JSON.stringify(body) })
})

test('a key that a server repeats is not in the error', async () => {
  const secrets = ['secret-key-of-the-test', 'secret-of-a-header']
  await using server = await startSseServer(refuses(401, { error: { message: `Bad: ${secrets.join(' ')}` } }))
  const client = await clientFor(server.url, 'chat', {
    headers: { 'x-api-key': 'secret-of-a-header' },
    query: { key: 'secret-of-the-query' },
  })

  const { error } = await failureOf(client)

  const shown = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error)
  expect(shown).toContain('[redacted] [redacted]')
  expect(shown).toContain('providers.local.apiKey')
  expect(shown).not.toMatch(/secret-/)
})

test('a key that a stream repeats is not in the error either', async () => {
  await using server = await startSseServer(failed('server_error', 'Bad key: secret-key-of-the-test.'))

  const { error } = await failureOf(await clientFor(server.url, 'responses'))

  expect(error).toMatchObject({ message: 'local: Bad key: [redacted].' })
})

const echo = 'Bearer secret-key-of-the-test'
const echoes =
  (status: number, contentType: string, body: string): Answer =>
  (response) => {
    response.writeHead(status, echo, { 'content-type': contentType, 'x-request-id': echo })
    response.end(body)
  }

test.each<[string, Answer]>([
  ['the status line and codes', echoes(500, 'application/json', JSON.stringify({ error: { code: echo } }))],
  ['the type of an error', echoes(429, 'application/json', JSON.stringify({ error: { type: echo } }))],
  ['a redirect', echoes(302, 'text/html', '')],
  [
    'an error in place of a stream',
    echoes(200, 'application/json', JSON.stringify({ error: { code: echo } })),
  ],
  ['a page in place of a stream', echoes(200, `text/html; ${echo}`, echo)],
  [
    'a failure inside a stream',
    echoes(
      200,
      'text/event-stream',
      responsesStream({ type: 'response.failed', response: { error: { code: echo, message: echo } } }),
    ),
  ],
  [
    'the reason of an early end',
    echoes(
      200,
      'text/event-stream',
      responsesStream({ type: 'response.incomplete', response: { incomplete_details: { reason: echo } } }),
    ),
  ],
])('a key is in no part of an error when a server repeats it in %s', async (_, answer) => {
  await using server = await startSseServer(answer)

  const { error } = await failureOf(await clientFor(server.url, 'responses'))

  const shown = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error)
  expect(error).toMatchObject({ requestId: 'Bearer [redacted]' })
  expect(shown).not.toMatch(/secret-/)
})

test('the id of a request that the stream begins with has no key in it', async () => {
  await using server = await startSseServer(echoes(200, 'text/event-stream', recordedResponses))

  const [first] = await eventsOf(await clientFor(server.url, 'responses'))

  expect(first).toMatchObject({ type: 'created', requestId: 'Bearer [redacted]' })
})

test.each(['responses', 'chat'] as const)(
  '%s: a redirect is refused, and nothing is sent there',
  async (wireApi) => {
    await using other = await startSseServer(sends(recordedResponses))
    await using server = await startSseServer(
      refuses(307, '', { location: `${other.url}/responses?key=secret-of-the-address` }),
    )
    const client = await clientFor(server.url, wireApi, { requestRetriesMax: 2 })

    const { error } = await failureOf(client)

    expect(error).toMatchObject({ code: 'model_refused', status: 307, retryable: false })
    expect(String(error)).toContain(`pointed to ${new URL(other.url).origin}. `)
    expect(String(error)).toContain('providers.local.baseUrl')
    expect(other.requests).toEqual([])
    expect(server.requests).toHaveLength(1)
  },
)

test.each([
  ['/elsewhere', / and pointed to http:\/\/127\.0\.0\.1:\d+\. /],
  ['mailto:nobody', /answered 302\. /],
  ['http://', /answered 302\. /],
])('a redirect to %s is named by its origin, where it has one', async (location, words) => {
  await using server = await startSseServer(refuses(302, '', { location }))

  const { error } = await failureOf(await clientFor(server.url, 'responses'))

  expect(String(error)).toMatch(words)
})

test('a closed port is named, with the option to check', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  server.close()
  await once(server, 'close')
  const client = await clientFor(`http://127.0.0.1:${port}/v1`, 'chat', { query: { key: 'secret' } })

  const { error } = await failureOf(client)

  expect(error).toMatchObject({ code: 'model_unreachable', retryable: true })
  const message = String(error)
  expect(message).toContain(`local could not be reached at http://127.0.0.1:${port}/v1: `)
  expect(message).toContain('Check providers.local.baseUrl')
  expect(message).not.toMatch(/secret/)
})

test.each([
  [{ apiKey: 'secret\nkey' }, 'providers.local.apiKey'],
  [{ apiKey: 'secret–key' }, 'providers.local.apiKey'],
  [{ headers: { 'x-token': 'secret\0' } }, 'providers.local.headers.x-token'],
  [{ headers: { 'x token': 'secret' } }, 'providers.local.headers.x token'],
])('a key or header that HTTP cannot carry is refused by its option, unseen', async (more, option) => {
  const error = await clientFor('http://127.0.0.1:9/v1', 'chat', more).catch((caught: unknown) => caught)

  expect(error).toMatchObject({ name: 'OptionError', option })
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret')
})
