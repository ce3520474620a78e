/** What the Messages API says, however it says it, and how it fails. */

import { expect, test } from 'vitest'
import type { ModelEvent } from '../../src/model/index.ts'
import type { ResponseItem } from '../../src/protocol/response-item.ts'
import {
  clientFor,
  deltasOf,
  eventsOf,
  failureOf,
  itemsDone,
  requestWith,
  user,
} from '../support/model-client.ts'
import { recordedMessages } from '../support/recorded-streams.ts'
import { messagesStream, type ResponsesEvent, refuses, sends, startSseServer } from '../support/sse-server.ts'

const start: ResponsesEvent = {
  type: 'message_start',
  message: { id: 'msg_01', usage: { input_tokens: 10, cache_read_input_tokens: 90, output_tokens: 1 } },
}
const stop: ResponsesEvent = { type: 'message_stop' }

function begins(index: number, content_block: object): ResponsesEvent {
  return { type: 'content_block_start', index, content_block }
}

function adds(index: number, delta: object): ResponsesEvent {
  return { type: 'content_block_delta', index, delta }
}

function ends(index: number): ResponsesEvent {
  return { type: 'content_block_stop', index }
}

function stops(stop_reason: string, more: object = {}): ResponsesEvent {
  return { type: 'message_delta', delta: { stop_reason, ...more }, usage: { output_tokens: 7 } }
}

function text(index: number, ...pieces: readonly string[]): ResponsesEvent[] {
  const deltas = pieces.map((piece) => adds(index, { type: 'text_delta', text: piece }))
  return [begins(index, { type: 'text', text: '' }), ...deltas, ends(index)]
}

function call(index: number, json: string, name = 'a'): ResponsesEvent[] {
  return [
    begins(index, { type: 'tool_use', id: `toolu_${index}`, name, input: {} }),
    ...(json === '' ? [] : [adds(index, { type: 'input_json_delta', partial_json: json })]),
    ends(index),
  ]
}

const request = requestWith({ tools: [{ type: 'custom', name: 'exec', description: 'Run.' }] })

async function heard(...events: readonly ResponsesEvent[]): Promise<ModelEvent[]> {
  await using server = await startSseServer(sends(messagesStream(...events)))
  return await eventsOf(await clientFor(server.url, 'messages'), request)
}

/** The messages of a request with this conversation. */
async function messagesFor(input: readonly ResponseItem[]): Promise<{ role: string; content: unknown[] }[]> {
  await using server = await startSseServer(
    sends(messagesStream(start, ...text(0, 'Hi.'), stops('end_turn'), stop)),
  )
  await eventsOf(await clientFor(server.url, 'messages'), { ...request, input })
  return server.requests[0]?.body.messages as { role: string; content: unknown[] }[]
}

async function failed(...events: readonly ResponsesEvent[]): ReturnType<typeof failureOf> {
  await using server = await startSseServer(sends(messagesStream(...events)))
  return await failureOf(await clientFor(server.url, 'messages'), request)
}

test.each([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['something_new', 'other'],
])('a response that stops for %s is complete: %s', async (reason, finishReason) => {
  const events = await heard(start, ...text(0, 'Hi.'), stops(reason), stop)

  expect(events.at(-1)).toMatchObject({ type: 'completed', finishReason })
  expect(events.at(-1)).not.toHaveProperty('endTurn')
})

test('a paused turn asks to be called again', async () => {
  const search = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }
  const found = { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [{ url: 'x' }] }

  const events = await heard(
    start,
    begins(0, search),
    adds(0, { type: 'input_json_delta', partial_json: '{"query":"q"}' }),
    ends(0),
    begins(1, found),
    ends(1),
    stops('pause_turn'),
    stop,
  )

  const raw = { ...search, input: { query: 'q' } }
  expect(itemsDone(events)).toMatchObject([
    { type: 'other', raw, providerData: { data: { block: raw } } },
    { type: 'other', raw: found },
  ])
  expect(events.at(-1)).toMatchObject({ type: 'completed', finishReason: 'stop', endTurn: false })
  expect(await messagesFor([user('hi'), ...itemsDone(events)])).toMatchObject([
    { role: 'user' },
    { role: 'assistant', content: [raw, found] },
  ])
})

test('a paused turn goes on from its own words, and what a request says once does not come between', async () => {
  const search = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } }
  const paused = await heard(
    start,
    ...text(0, 'I search. '),
    begins(1, search),
    ends(1),
    stops('pause_turn'),
    stop,
  )
  const recorded = [user('hi'), ...itemsDone(paused)].map((item) => ({ ...item, turnId: 'turn_1' }))

  const again = await messagesFor([...recorded, user('hi')])
  const later = await messagesFor([...recorded, { ...user('Never mind.'), turnId: 'turn_2' }])

  const [asked, begun] = [{ role: 'user' }, { type: 'text', text: 'I search. ' }]
  expect(again).toMatchObject([asked, { role: 'assistant', content: [begun, search] }])
  // Nobody goes on with the search then, and a search without its result is refused.
  expect(later).toMatchObject([
    asked,
    { role: 'assistant', content: [begun] },
    { role: 'user', content: [{ text: 'Never mind.' }] },
  ])
  expect(later[1]?.content).toHaveLength(1)
})

test('a model that is cut off in a call has not made it', async () => {
  const cut = await failed(
    start,
    ...text(0, 'I call.'),
    ...call(1, '{"p":1}'),
    ...call(2, ''),
    stops('max_tokens'),
    stop,
  )

  expect(itemsDone(cut.events)).toMatchObject([
    { type: 'message' },
    { call_id: 'toolu_1', arguments: '{"p":1}' },
  ])
  expect(cut.error).toMatchObject({
    code: 'response_incomplete',
    reason: 'max_tokens',
    requestId: 'req_1',
    partial: [{ call_id: 'toolu_2' }],
  })
})

test('a model that refuses is an error with its reason, which no retry changes', async () => {
  const details = { type: 'refusal', category: 'cyber', explanation: 'That could do harm.' }

  const { error } = await failed(start, ...text(0, 'Wel'), stops('refusal', { stop_details: details }), stop)

  expect(error).toMatchObject({
    code: 'model_refused',
    providerCode: 'refusal',
    retryable: false,
    message: 'local: That could do harm. (cyber)',
  })
})

test('a window that is full is the same error as a prompt that is too long', async () => {
  const { error } = await failed(start, ...text(0, 'Hal'), stops('model_context_window_exceeded'), stop)

  expect(error).toMatchObject({ code: 'context_overflow', providerCode: 'model_context_window_exceeded' })
})

test.each([
  ['overloaded_error', 'server_overloaded'],
  ['rate_limit_error', 'rate_limited'],
  ['billing_error', 'quota_exceeded'],
  ['invalid_request_error', 'model_refused'],
  ['authentication_error', 'model_refused'],
  ['permission_error', 'model_refused'],
  ['not_found_error', 'model_refused'],
  ['request_too_large', 'model_refused'],
  ['timeout_error', 'response_failed'],
  ['api_error', 'response_failed'],
])('an error in the middle of a stream of type %s is %s', async (type, code) => {
  const begun = [start, begins(0, { type: 'text', text: '' }), adds(0, { type: 'text_delta', text: 'Half' })]

  const { error } = await failed(...begun, { type: 'error', error: { type, message: 'no' } })

  expect(error).toMatchObject({
    code,
    providerCode: type,
    message: 'local: no',
    partial: [{ content: [{ text: 'Half' }] }],
  })
})

test.each([
  [400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum', 'context_overflow'],
  [
    400,
    'invalid_request_error',
    'input length and `max_tokens` exceed context limit: 1 + 2 > 2',
    'context_overflow',
  ],
  [400, 'invalid_request_error', 'messages: roles must alternate', 'model_refused'],
  [401, 'authentication_error', 'invalid x-api-key', 'model_refused'],
  [402, 'billing_error', 'no credit', 'quota_exceeded'],
  [413, 'request_too_large', 'too large', 'model_refused'],
  [429, 'rate_limit_error', 'slow down', 'rate_limited'],
  [529, 'overloaded_error', 'overloaded', 'server_overloaded'],
])('an answer of %i with %s (%s) is %s', async (status, type, message, code) => {
  const body = { type: 'error', error: { type, message }, request_id: 'req_body' }
  await using server = await startSseServer(refuses(status, body, { 'request-id': 'req_2' }))

  const { error } = await failureOf(await clientFor(server.url, 'messages'))

  expect(error).toMatchObject({ code, status, providerCode: type, provider: 'local' })
  expect(String(error)).toContain(message)
  expect(server.requests).toHaveLength(1)
})

test('a limit that names no time to wait is waited for until it is reset', async () => {
  const reset = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()
  const limits = {
    'anthropic-ratelimit-requests-remaining': '10',
    'anthropic-ratelimit-requests-reset': reset(3000),
    'anthropic-ratelimit-output-tokens-remaining': '0',
    'anthropic-ratelimit-output-tokens-reset': reset(60),
  }
  const waits: number[] = []

  for (const more of [limits, { ...limits, 'retry-after': '5' }]) {
    await using server = await startSseServer(refuses(429, { error: { type: 'rate_limit_error' } }, more))
    const { error } = await failureOf(await clientFor(server.url, 'messages'))
    if (error instanceof Error && 'retryAfterMs' in error) waits.push(Number(error.retryAfterMs))
  }

  expect(waits).toHaveLength(2)
  expect(waits[0]).toBeGreaterThan(1000)
  expect(waits[0]).toBeLessThanOrEqual(60_000)
  expect(waits[1]).toBe(5000)
})

test.each([
  [
    'messages',
    recordedMessages,
    {
      'request-id': 'req_anthropic',
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-requests-reset': '2020-01-01T00:00:00Z',
      'anthropic-ratelimit-input-tokens-limit': '1000',
    },
    [
      { of: 'requests', limit: 50, remaining: 49, resetAfterMs: 0 },
      { of: 'input_tokens', limit: 1000 },
    ],
  ],
  [
    'chat',
    'data: [DONE]\n\ndata: {}\n\n',
    {
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '6m0.5s',
    },
    [],
  ],
  [
    'responses',
    'data: {"type":"response.created","response":{"id":"r"}}\n\ndata: {"type":"response.completed","response":{"id":"r"}}\n\n',
    {
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '6m0.5s',
    },
    [{ of: 'tokens', limit: 1000, remaining: 0, resetAfterMs: 360_500 }],
  ],
] as const)(
  '%s: what the headers say of limits comes with the first event',
  async (wireApi, stream, headers, limits) => {
    await using server = await startSseServer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
      response.end(stream)
    })

    const events = await eventsOf(await clientFor(server.url, wireApi))

    const created = events.find((event) => event.type === 'created')
    expect(created?.rateLimits ?? []).toEqual(limits)
  },
)

test('usage is known from the start, and each report replaces what it names', async () => {
  const events = await heard(start, ...text(0, 'Hi.'), stops('end_turn'), stop)

  const reports = events.flatMap((event) => (event.type === 'usage' ? [event.usage] : []))
  expect(reports).toMatchObject([
    { input_tokens: 100, cached_input_tokens: 90, output_tokens: 1 },
    { input_tokens: 100, cached_input_tokens: 90, output_tokens: 7 },
  ])
  expect(events.findIndex(({ type }) => type === 'usage')).toBe(1)
  expect(events.at(-1)).toMatchObject({
    usage: reports[1],
    rawUsage: { input_tokens: 10, cache_read_input_tokens: 90, output_tokens: 7 },
  })
})

test('of a response that was stopped, the usage so far has been told', async () => {
  await using server = await startSseServer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(messagesStream(start, ...text(0, 'Hi.').slice(0, 2)))
  })
  const client = await clientFor(server.url, 'messages')
  const stopping = new AbortController()
  const events: ModelEvent[] = []

  const consume = async () => {
    for await (const event of client.stream(request, { signal: stopping.signal })) {
      events.push(event)
      if (event.type === 'delta') stopping.abort(new Error('enough'))
    }
  }

  await expect(consume()).rejects.toThrow('enough')
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'usage', usage: expect.objectContaining({ input_tokens: 100 }) }),
  )
})

test('a call is done as soon as something has come behind it', async () => {
  const events = await heard(start, ...call(0, '{}'), ...call(1, '{}'), stops('tool_use'), stop)

  const order = events.flatMap((event) => (event.type.startsWith('item.') ? [event.type] : []))
  expect(order).toEqual(['item.started', 'item.done', 'item.started', 'item.done'])
  expect(events.at(-1)).toMatchObject({ finishReason: 'tool_calls' })
})

test('a free-text call that is no input stays what the model wrote', async () => {
  const events = await heard(
    start,
    ...call(0, '{"source":"text(1)"}', 'exec'),
    ...call(1, '{"input":"text(1)"}', 'exec'),
    stops('tool_use'),
    stop,
  )

  expect(itemsDone(events)).toMatchObject([
    { type: 'function_call', name: 'exec', arguments: '{"source":"text(1)"}' },
    { type: 'custom_tool_call', name: 'exec', input: 'text(1)' },
  ])
  expect(deltasOf(events, 'arguments')).toBe('')
})

test('thinking whose text is withheld is kept for its signature', async () => {
  const events = await heard(
    start,
    begins(0, { type: 'thinking', thinking: '', signature: '' }),
    adds(0, { type: 'signature_delta', signature: 'Eq' }),
    ends(0),
    ...text(1, 'Hi.'),
    stops('end_turn'),
    stop,
  )

  expect(itemsDone(events)[0]).toMatchObject({
    type: 'reasoning',
    summary: [],
    providerData: { data: { block: { type: 'thinking', thinking: '', signature: 'Eq' } } },
  })
})

test('a server that leaves out what can be guessed is understood', async () => {
  const events = await heard(
    adds(0, { type: 'text_delta', text: 'Hi.' }),
    begins(1, { type: 'tool_use', name: 'a', input: { p: 1 } }),
    stops('tool_use'),
    stop,
  )

  expect(events[0]).toMatchObject({ type: 'created', responseId: expect.stringMatching(/^resp_/) })
  expect(itemsDone(events)).toMatchObject([
    { type: 'message', content: [{ text: 'Hi.' }] },
    { type: 'function_call', call_id: expect.stringMatching(/^call_/), arguments: '{"p":1}' },
  ])
})

test('pings, citations, unknown events and an empty text mean nothing', async () => {
  const events = await heard(
    { type: 'ping' },
    start,
    { type: 'something_new', index: 0 },
    ...text(0),
    begins(1, { type: 'text', text: 'Hi' }),
    adds(1, { type: 'citations_delta', citation: { cited_text: 'x' } }),
    adds(1, { type: 'text_delta', text: '.' }),
    ends(1),
    ends(9),
    stops('end_turn'),
    stop,
  )

  expect(itemsDone(events)).toMatchObject([{ type: 'message', content: [{ text: 'Hi.' }] }])
  expect(events.filter(({ type }) => type === 'item.started')).toHaveLength(1)
})

test.each([
  ['a call without a name', [begins(0, { type: 'tool_use', id: 'x', input: {} })]],
  ['arguments of a call that never began', [adds(3, { type: 'input_json_delta', partial_json: '{}' })]],
])('%s breaks the wire API', async (_, events) => {
  const { error } = await failed(start, ...events)

  expect(error).toMatchObject({ code: 'malformed_stream', requestId: 'req_1' })
})

test('an error without a type of event is that error', async () => {
  await using server = await startSseServer(
    sends('data: {"error":{"type":"api_error","message":"gone"}}\n\n'),
  )

  const { error } = await failureOf(await clientFor(server.url, 'messages'))

  expect(error).toMatchObject({ code: 'response_failed', message: 'local: gone' })
})
