/** A response comes out the same however its bytes come in. */

import { expect, test } from 'vitest'
import type { ModelRequest } from '../../src/model/index.ts'
import { clientFor, deltasOf, eventsOf, gist, itemsDone, requestWith } from '../support/model-client.ts'
import { recordedChat, recordedMessages, recordedResponses } from '../support/recorded-streams.ts'
import { chatStream, messagesStream, responsesStream, sends, startSseServer } from '../support/sse-server.ts'

const TEXT = 'I will look at both — naïve façade 🙂.'
const request: ModelRequest = requestWith({
  tools: [
    { type: 'custom', name: 'exec', description: 'Run a script.' },
    {
      type: 'function',
      name: 'read_file',
      description: 'Read.',
      parameters: { type: 'object' },
      strict: false,
    },
  ],
})
const streams = [
  ['responses', recordedResponses],
  ['chat', recordedChat],
  ['messages', recordedMessages],
] as const

test('the Responses API: items as they were said, one completion', async () => {
  await using server = await startSseServer(sends(recordedResponses))
  const client = await clientFor(server.url, 'responses')

  const events = await eventsOf(client, request)

  expect(events[0]).toEqual({ type: 'created', responseId: 'resp_1', requestId: 'req_1' })
  expect(itemsDone(events)).toEqual([
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'Two files.' }],
      encrypted_content: 'gAAAAB',
      providerData: { provider: 'local', model: 'any', data: { wireApi: 'responses' } },
    },
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      content: [{ type: 'output_text', text: TEXT }],
      phase: 'commentary',
    },
    {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'call_1',
      name: 'read_file',
      arguments: '{"path":"plan.md"}',
    },
    {
      type: 'custom_tool_call',
      id: 'ctc_1',
      call_id: 'call_2',
      name: 'exec',
      input: 'text(await tools.readFile("b.md"))',
    },
  ])
  expect(deltasOf(events, 'text')).toBe(TEXT)
  expect(deltasOf(events, 'reasoning')).toBe('Two files.')
  expect(deltasOf(events, 'arguments')).toBe('{"path":"plan.md"}')
  expect(events.at(-1)).toMatchObject({
    type: 'completed',
    responseId: 'resp_1',
    finishReason: 'tool_calls',
    usage: {
      input_tokens: 120,
      cached_input_tokens: 100,
      cache_write_input_tokens: 0,
      output_tokens: 30,
      reasoning_output_tokens: 8,
    },
  })
})

test('the Chat API: fragments become the same kinds of items, one completion', async () => {
  await using server = await startSseServer(sends(recordedChat))
  const client = await clientFor(server.url, 'chat')

  const events = await eventsOf(client, request)

  expect(events[0]).toEqual({ type: 'created', responseId: 'gen-1', requestId: 'req_1' })
  expect(itemsDone(events)).toEqual([
    {
      type: 'reasoning',
      id: expect.stringMatching(/^rs_/),
      summary: [],
      content: [{ type: 'reasoning_text', text: 'Two files.' }],
      providerData: {
        provider: 'local',
        model: 'any',
        data: {
          wireApi: 'chat',
          field: 'reasoning',
          details: [{ type: 'reasoning.text', text: 'Two files.', index: 0, format: 'x', signature: 'sig' }],
        },
      },
    },
    {
      type: 'message',
      id: expect.stringMatching(/^msg_/),
      role: 'assistant',
      content: [{ type: 'output_text', text: TEXT }],
    },
    {
      type: 'function_call',
      id: expect.stringMatching(/^fc_/),
      call_id: 'call_1',
      name: 'read_file',
      arguments: '{"path":"plan.md"}',
    },
    {
      type: 'custom_tool_call',
      id: expect.stringMatching(/^ctc_/),
      call_id: 'call_2',
      name: 'exec',
      input: 'text(1)',
    },
  ])
  expect(deltasOf(events, 'text')).toBe(TEXT)
  expect(deltasOf(events, 'reasoning')).toBe('Two files.')
  expect(events.at(-1)).toMatchObject({
    type: 'completed',
    finishReason: 'tool_calls',
    rawUsage: { cost: 0.0001 },
    usage: { input_tokens: 120, cached_input_tokens: 100, cache_write_input_tokens: 5, output_tokens: 30 },
  })
})

test('the Messages API: blocks become the same kinds of items, one completion', async () => {
  await using server = await startSseServer(sends(recordedMessages))
  const client = await clientFor(server.url, 'messages')
  const kept = (block: object) => ({
    provider: 'local',
    model: 'any',
    data: { wireApi: 'messages', block },
  })

  const events = await eventsOf(client, request)

  expect(events[0]).toEqual({ type: 'created', responseId: 'msg_01', requestId: 'req_1' })
  expect(itemsDone(events)).toEqual([
    {
      type: 'reasoning',
      id: expect.stringMatching(/^rs_/),
      summary: [{ type: 'summary_text', text: 'Two files.' }],
      providerData: kept({ type: 'thinking', thinking: 'Two files.', signature: 'EqQBCgIYAhIM' }),
    },
    {
      type: 'reasoning',
      id: expect.stringMatching(/^rs_/),
      summary: [],
      providerData: kept({ type: 'redacted_thinking', data: 'EmwKAhgBEgy3va3pzix' }),
    },
    {
      type: 'message',
      id: expect.stringMatching(/^msg_/),
      role: 'assistant',
      content: [{ type: 'output_text', text: TEXT }],
    },
    {
      type: 'function_call',
      id: expect.stringMatching(/^fc_/),
      call_id: 'toolu_1',
      name: 'read_file',
      arguments: '{"path":"plan.md"}',
    },
    {
      type: 'custom_tool_call',
      id: expect.stringMatching(/^ctc_/),
      call_id: 'toolu_2',
      name: 'exec',
      input: 'text(1)',
    },
  ])
  expect(deltasOf(events, 'text')).toBe(TEXT)
  expect(deltasOf(events, 'reasoning')).toBe('Two files.')
  expect(deltasOf(events, 'arguments')).toBe('{"path":"plan.md"}')
  expect(events.at(-1)).toMatchObject({
    type: 'completed',
    responseId: 'msg_01',
    finishReason: 'tool_calls',
    rawUsage: { input_tokens: 15, service_tier: 'standard' },
    usage: {
      input_tokens: 120,
      cached_input_tokens: 100,
      cache_write_input_tokens: 5,
      output_tokens: 30,
      reasoning_output_tokens: 8,
    },
  })
})

test.each(streams)('%s: started, delta and done of an item carry one id', async (wireApi, stream) => {
  await using server = await startSseServer(sends(stream))
  const client = await clientFor(server.url, wireApi)

  const events = await eventsOf(client, request)

  const started = events.flatMap((event) => (event.type === 'item.started' ? [event.itemId] : []))
  const deltas = events.flatMap((event) => (event.type === 'delta' ? [event.itemId] : []))
  const done = events.flatMap((event) => (event.type === 'item.done' ? [event.itemId] : []))
  expect(new Set(started).size).toBe(started.length)
  expect(done).toEqual(expect.arrayContaining(started))
  expect(started).toEqual(expect.arrayContaining(deltas))
})

test.each(streams)('%s: pieces of any length give the same events', async (wireApi, stream) => {
  let pieceBytes = 1
  await using server = await startSseServer((...args) => sends(stream, { pieceBytes })(...args))
  const client = await clientFor(server.url, wireApi)
  const whole: unknown[] = []

  for (pieceBytes of [Buffer.byteLength(stream), 1, 2, 3, 7, 64, 1000]) {
    const events = await eventsOf(client, request)
    if (whole.length === 0) whole.push(...gist(events))
    expect(gist(events)).toEqual(whole)
    expect(deltasOf(events, 'text')).toBe(TEXT)
  }
})

test.each(streams)('%s: CRLF frames read as LF frames do', async (wireApi, stream) => {
  await using plain = await startSseServer(sends(stream))
  await using windows = await startSseServer(sends(stream.replaceAll('\n', '\r\n')))

  const expected = gist(await eventsOf(await clientFor(plain.url, wireApi), request))
  const actual = gist(await eventsOf(await clientFor(windows.url, wireApi), request))

  expect(actual).toEqual(expected)
})

test.each(streams)(
  '%s: a body that hangs after its last word does not hold up the turn',
  async (wireApi, stream) => {
    await using server = await startSseServer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(stream)
    })
    const client = await clientFor(server.url, wireApi)

    const events = await eventsOf(client, request)

    expect(events.at(-1)?.type).toBe('completed')
    await server.requests[0]?.closed
  },
)

test.each(streams)('%s: a data line that is no JSON is skipped', async (wireApi, stream) => {
  const second = stream.indexOf('\n\n') + 2
  await using plain = await startSseServer(sends(stream))
  await using bad = await startSseServer(
    sends(`${stream.slice(0, second)}data: {nope\n\n${stream.slice(second)}`),
  )

  const expected = gist(await eventsOf(await clientFor(plain.url, wireApi), request))

  expect(gist(await eventsOf(await clientFor(bad.url, wireApi), request))).toEqual(expected)
})

test('the Responses API: an item of an unknown type is kept as it came, an unknown event means nothing', async () => {
  const raw = { id: 'ig_1', type: 'image_generation_call', result: 'AAAA', extra: { a: [1] } }
  await using server = await startSseServer(
    sends(
      responsesStream(
        { type: 'response.new_thing' },
        { type: 'response.output_item.done', output_index: 0, item: raw },
        { type: 'response.completed', response: { id: 'r', usage: null, end_turn: false } },
      ),
    ),
  )
  const client = await clientFor(server.url, 'responses')

  const events = await eventsOf(client)

  expect(itemsDone(events)).toMatchObject([{ type: 'other', id: 'ig_1', raw }])
  expect(events.at(-1)).toMatchObject({
    type: 'completed',
    usage: null,
    finishReason: 'stop',
    endTurn: false,
  })
})

test('a call id that was used before is replaced, on every wire', async () => {
  const input = [
    { type: 'function_call', call_id: 'call_0', name: 'a', arguments: '{}' },
    { type: 'function_call_output', call_id: 'call_0', output: 'ok' },
  ] as const
  const item = { type: 'function_call', name: 'a', arguments: '{}', call_id: 'call_0' }
  const fragment = { id: 'call_0', function: { name: 'a', arguments: '{}' } }
  const stream = {
    responses: responsesStream(
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.output_item.done', output_index: 1, item: { ...item, call_id: 'call_1' } },
      { type: 'response.completed', response: { id: 'r' } },
    ),
    chat: chatStream(
      {
        choices: [
          {
            delta: {
              tool_calls: [
                { index: 0, ...fragment },
                { index: 1, ...fragment, id: 'call_1' },
              ],
            },
          },
        ],
      },
      { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
      'data: [DONE]\n\n',
    ),
    messages: messagesStream(
      ...['call_0', 'call_1'].flatMap((id, index) => [
        { type: 'content_block_start', index, content_block: { type: 'tool_use', id, name: 'a', input: {} } },
        { type: 'content_block_stop', index },
      ]),
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ),
  }
  for (const wireApi of ['responses', 'chat', 'messages'] as const) {
    await using server = await startSseServer(sends(stream[wireApi]))
    const client = await clientFor(server.url, wireApi)

    const calls = itemsDone(await eventsOf(client, requestWith({ input: [...input] })))

    expect(calls).toMatchObject([{ call_id: expect.stringMatching(/^call_\w{32}$/) }, { call_id: 'call_1' }])
  }
})
