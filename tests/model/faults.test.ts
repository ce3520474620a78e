/** Whatever a provider does, a response is right or its error has a type. */

import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { clientFor, eventsOf, failureOf, itemsDone, requestWith } from '../support/model-client.ts'
import { recordedChat, recordedMessages, recordedResponses } from '../support/recorded-streams.ts'
import {
  chatStream,
  inTurn,
  refuses,
  responsesStream,
  sends,
  stallsAfter,
  startSseServer,
} from '../support/sse-server.ts'

const streams = [
  ['responses', recordedResponses],
  ['chat', recordedChat],
  ['messages', recordedMessages],
] as const
const request = requestWith({ tools: [{ type: 'custom', name: 'exec', description: 'Run.' }] })
const created = { type: 'response.created', response: { id: 'resp_1' } }
const chunk = (delta: object) => ({ id: 'c', choices: [{ index: 0, delta, finish_reason: null }] })

test('an interruption carries what there was of the unfinished items', async () => {
  const item = { id: 'msg_1', type: 'message', role: 'assistant', content: [] }
  await using responses = await startSseServer(
    sends(
      responsesStream(
        created,
        { type: 'response.output_item.added', output_index: 0, item },
        { type: 'response.output_text.delta', output_index: 0, item_id: 'msg_1', delta: 'Half an ' },
        { type: 'response.output_text.delta', output_index: 0, item_id: 'msg_1', delta: 'answ' },
      ),
    ),
  )
  await using chat = await startSseServer(
    sends(chatStream(chunk({ content: 'Half an ' }), chunk({ content: 'answ' }))),
  )

  const failures = [
    await failureOf(await clientFor(responses.url, 'responses')),
    await failureOf(await clientFor(chat.url, 'chat')),
  ]

  for (const { error } of failures) {
    expect(error).toMatchObject({
      code: 'stream_interrupted',
      requestId: 'req_1',
      partial: [
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Half an answ' }] },
      ],
    })
  }
})

test.each([
  ['responses', responsesStream(created)],
  ['chat', chatStream(chunk({ content: 'a' }))],
  ['messages', recordedMessages.slice(0, 900)],
] as const)('%s: silence ends a stream after its bound', async (wireApi, stream) => {
  await using server = await startSseServer(stallsAfter(stream))
  const client = await clientFor(server.url, wireApi, { streamIdleTimeoutMs: 60 })

  const { error } = await failureOf(client)

  expect(error).toMatchObject({ code: 'stream_idle', timeoutMs: 60 })
  await server.requests[0]?.closed
})

test('silence before the headers ends a request after the same bound, and is not quickly retried', async () => {
  await using server = await startSseServer(() => {})
  const client = await clientFor(server.url, 'responses', { streamIdleTimeoutMs: 60, requestRetriesMax: 4 })

  const { error } = await failureOf(client)

  expect(error).toMatchObject({ code: 'stream_idle' })
  expect(server.requests).toHaveLength(1)
})

test('a consumer that takes its time is no silence', async () => {
  const { promise: isRested, resolve: goOn } = Promise.withResolvers<void>()
  await using server = await startSseServer(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(recordedResponses.slice(0, 900))
    await isRested
    response.end(recordedResponses.slice(900))
  })
  const client = await clientFor(server.url, 'responses', { streamIdleTimeoutMs: 100 })
  const types: string[] = []

  for await (const event of client.stream(request, { signal: new AbortController().signal })) {
    if (types.push(event.type) > 1) continue
    await new Promise((resolve) => setTimeout(resolve, 300))
    goOn()
  }

  expect(types.at(-1)).toBe('completed')
})

test.each(streams)('%s: aborting closes the socket and throws the reason', async (wireApi, stream) => {
  await using server = await startSseServer(stallsAfter(stream.slice(0, 1200)))
  const client = await clientFor(server.url, wireApi)
  const controller = new AbortController()
  const reason = new Error('the user pressed stop')

  const consumed = async () => {
    for await (const _ of client.stream(request, { signal: controller.signal })) controller.abort(reason)
  }

  await expect(consumed()).rejects.toBe(reason)
  await server.requests[0]?.closed
})

test('aborting while no answer has come throws the reason', async () => {
  const controller = new AbortController()
  await using server = await startSseServer(() => controller.abort('stop'))
  const client = await clientFor(server.url, 'responses', { requestRetriesMax: 4 })

  const { error } = await failureOf(client, request, controller.signal)

  expect(error).toBe('stop')
  expect(server.requests).toHaveLength(1)
})

test('a signal that is aborted already sends nothing', async () => {
  await using server = await startSseServer(sends(recordedResponses))
  const client = await clientFor(server.url, 'responses')

  const { error } = await failureOf(client, request, AbortSignal.abort('before'))

  expect(error).toBe('before')
  expect(server.requests).toHaveLength(0)
})

test('many responses under one signal leave no listener on it', async () => {
  await using server = await startSseServer(
    inTurn(sends(recordedResponses), refuses(400, 'no'), sends(recordedResponses.slice(0, 900))),
  )
  const client = await clientFor(server.url, 'responses')
  const { signal } = new AbortController()

  await eventsOf(client, request, signal)
  await failureOf(client, request, signal)
  await failureOf(client, request, signal)

  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test.each(streams)('%s: leaving the loop closes the socket', async (wireApi, stream) => {
  await using server = await startSseServer(stallsAfter(stream.slice(0, 1200)))
  const client = await clientFor(server.url, wireApi)

  for await (const _ of client.stream(request, { signal: new AbortController().signal })) break

  await server.requests[0]?.closed
})

test.each([
  ['context_length_exceeded', 'context_overflow'],
  ['insufficient_quota', 'quota_exceeded'],
  ['usage_not_included', 'quota_exceeded'],
  ['invalid_prompt', 'model_refused'],
  ['server_is_overloaded', 'server_overloaded'],
  ['slow_down', 'server_overloaded'],
  ['rate_limit_exceeded', 'rate_limited'],
  ['server_error', 'response_failed'],
  ['constructor', 'response_failed'],
])('a response that failed with %s is %s', async (providerCode, code) => {
  const error = { code: providerCode, message: 'no' }
  const forms = [
    { type: 'response.failed', response: { id: 'r', error } },
    { type: 'error', ...error },
    { type: 'error', error },
  ]
  for (const form of forms) {
    await using server = await startSseServer(sends(responsesStream(created, form)))

    const failure = await failureOf(await clientFor(server.url, 'responses'))

    expect(failure.error).toMatchObject({ code, providerCode, provider: 'local', requestId: 'req_1' })
  }
})

test('the delay that a rate limit names in its message is read', async () => {
  const error = { code: 'rate_limit_exceeded', message: 'Rate limit reached. Please try again in 1.5s.' }
  await using server = await startSseServer(
    sends(responsesStream({ type: 'response.failed', response: { error } })),
  )

  const failure = await failureOf(await clientFor(server.url, 'responses'))

  expect(failure.error).toMatchObject({ code: 'rate_limited', retryAfterMs: 1500 })
})

test('items that were done before a failure are seen before it', async () => {
  const item = { id: 'fc_1', type: 'function_call', call_id: 'c', name: 'a', arguments: '{}' }
  await using server = await startSseServer(
    sends(
      responsesStream(
        created,
        { type: 'response.output_item.done', output_index: 0, item },
        {
          type: 'response.incomplete',
          response: { incomplete_details: { reason: 'max_output_tokens' } },
        },
      ),
    ),
  )

  const { events, error } = await failureOf(await clientFor(server.url, 'responses'))

  expect(itemsDone(events)).toMatchObject([{ call_id: 'c' }])
  expect(error).toMatchObject({ code: 'response_incomplete', reason: 'max_output_tokens' })
})

test('an item that is sent twice is done once', async () => {
  const item = { id: 'fc_1', type: 'function_call', call_id: 'c', name: 'a', arguments: '{}' }
  const done = { type: 'response.output_item.done', output_index: 0, item }
  await using server = await startSseServer(
    sends(responsesStream(done, done, { type: 'response.completed', response: { id: 'r' } })),
  )

  const events = await eventsOf(await clientFor(server.url, 'responses'))

  expect(itemsDone(events)).toHaveLength(1)
})

test('an item that breaks the wire API names its field', async () => {
  const item = { type: 'function_call', call_id: 'c', arguments: '{}' }
  await using server = await startSseServer(
    sends(responsesStream({ type: 'response.output_item.done', output_index: 0, item })),
  )

  const { error } = await failureOf(await clientFor(server.url, 'responses'))

  expect(error).toMatchObject({ code: 'malformed_stream', message: expect.stringContaining('name') })
})

test.each([
  [502, 'provider_unavailable', 'response_failed'],
  [400, 'context_length_exceeded', 'context_overflow'],
  [429, 'rate_limit_exceeded', 'rate_limited'],
  [402, 'payment_required', 'quota_exceeded'],
])(
  'the Chat API: an error chunk after the 200 with code %i and type %s is %s',
  async (status, error_type, code) => {
    const error = { code: status, message: 'upstream', metadata: { error_type } }
    const choices = [{ index: 0, delta: { content: '' }, finish_reason: 'error' }]
    await using server = await startSseServer(
      sends(chatStream(chunk({ content: 'Half' }), { id: 'c', error, choices })),
    )

    const failure = await failureOf(await clientFor(server.url, 'chat'))

    expect(failure.error).toMatchObject({ code, partial: [{ content: [{ text: 'Half' }] }] })
  },
)

test('an error in place of a stream is that error, a page names the options to check', async () => {
  const json = { 'content-type': 'application/json' }
  const error = { code: 429, message: 'slow', metadata: { error_type: 'rate_limit_exceeded' } }
  await using server = await startSseServer(
    inTurn(
      refuses(200, { error }, json),
      refuses(200, '<html>hello</html>', { 'content-type': 'text/html' }),
      refuses(200, { title: 'hello' }, { 'content-type': 'application/problem+json' }),
      refuses(200, '<hello/>', { 'content-type': 'application/xml; charset=utf-8' }),
    ),
  )
  const client = await clientFor(server.url, 'chat')

  const first = await failureOf(client)
  const second = await failureOf(client)

  expect(first.error).toMatchObject({ code: 'rate_limited' })
  for (const { error } of [second, await failureOf(client), await failureOf(client)]) {
    expect(error).toMatchObject({
      code: 'malformed_stream',
      message: expect.stringMatching(/hello.*providers\.local\.baseUrl/),
    })
  }
})

test('a line that never ends is refused at its bound, though bytes keep coming', async () => {
  const piece = 'x'.repeat(4 * 1024 * 1024)
  await using server = await startSseServer(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: ')
    while (!response.destroyed) await new Promise((resolve) => response.write(piece, resolve))
  })

  const { error } = await failureOf(await clientFor(server.url, 'responses'))

  expect(error).toMatchObject({ code: 'malformed_stream', message: expect.stringContaining('longer than') })
  await server.requests[0]?.closed
})

test.each([
  [500, 'model_refused'],
  [200, 'malformed_stream'],
])('a body without end in place of a stream, with status %i, is read to a bound', async (status, code) => {
  const piece = 'x'.repeat(4 * 1024 * 1024)
  await using server = await startSseServer(async (response) => {
    response.writeHead(status, { 'content-type': 'text/html' })
    while (!response.destroyed) await new Promise((resolve) => response.write(piece, resolve))
  })

  const { error } = await failureOf(await clientFor(server.url, 'chat'))

  expect(error).toMatchObject({ code, message: expect.stringContaining('xxx') })
  await server.requests[0]?.closed
})
