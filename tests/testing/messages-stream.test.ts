/** What a script says on the Messages API, read by Anthropic's own client. */

import Anthropic from '@anthropic-ai/sdk'
import { expect, test } from 'vitest'
import {
  calls,
  continues,
  custom,
  fails,
  incomplete,
  refuses,
  type ScriptedProvider,
  type Step,
  says,
  sends,
  startProvider,
  thinks,
  uses,
} from '../../src/testing/index.ts'
import { eventsIn, PATHS, post, readAll, requestBody } from '../support/model-requests.ts'

const messages = [{ role: 'user' as const, content: 'Hello' }]

function clientOf(provider: ScriptedProvider): Anthropic {
  // The client says the version in its paths.
  return new Anthropic({ baseURL: new URL(provider.url).origin, apiKey: 'test', maxRetries: 0 })
}

/** What the client's own accumulator makes of a step. */
async function finalMessage(step: Step) {
  await using provider = await startProvider([step], { wireApi: 'messages', apiKey: 'test' })
  return await clientOf(provider).messages.stream({ model: 'any', max_tokens: 1024, messages }).finalMessage()
}

async function allEvents(step: Step): Promise<Record<string, unknown>[]> {
  await using provider = await startProvider([step], { wireApi: 'messages' })
  const response = await post(provider, requestBody('messages'), { path: PATHS.messages })
  return eventsIn((await readAll(response)).text)
}

test('a message reaches the client as its text', async () => {
  const message = await finalMessage(says('There is no plan yet.'))

  expect(message).toMatchObject({
    role: 'assistant',
    stop_reason: 'end_turn',
    content: [{ type: 'text', text: 'There is no plan yet.' }],
  })
})

test('the events come in the order of the wire API, the text in the pieces that the step names', async () => {
  const events = await allEvents(says('one two', { deltas: ['one', ' two'] }))

  expect(events).toMatchObject([
    { type: 'message_start', message: { role: 'assistant', content: [], usage: { output_tokens: 1 } } },
    { type: 'ping' },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'one' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ' two' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
    { type: 'message_stop' },
  ])
})

test('thinking is signed, in front of the calls it led to', async () => {
  const message = await finalMessage([
    thinks('Look first.'),
    says('Reading.'),
    calls('read_file', { path: 'a.md' }),
    calls('read_file', { path: 'b.md' }, { callId: 'toolu_own' }),
  ])

  expect(message.stop_reason).toBe('tool_use')
  expect(message.content).toMatchObject([
    { type: 'thinking', thinking: 'Look first.', signature: expect.stringMatching(/.{20}/) },
    { type: 'text', text: 'Reading.' },
    { type: 'tool_use', name: 'read_file', input: { path: 'a.md' } },
    { type: 'tool_use', id: 'toolu_own', input: { path: 'b.md' } },
  ])
})

test('a freeform call is a call with one input', async () => {
  const message = await finalMessage(custom('exec', 'text(1)'))

  expect(message.content).toMatchObject([{ type: 'tool_use', name: 'exec', input: { input: 'text(1)' } }])
})

test('arguments that are no JSON are sent as they are', async () => {
  const events = await allEvents(calls('read_file', '{"path": ', { deltas: 2 }))

  const pieces = events.flatMap(({ delta }) => (delta === undefined ? [] : [delta]))
  expect(pieces).toMatchObject([
    { partial_json: '{"pat' },
    { partial_json: 'h": ' },
    { stop_reason: 'tool_use' },
  ])
})

test('a block of any other type is sent as it is', async () => {
  const message = await finalMessage(sends({ type: 'redacted_thinking', data: 'EmwKAhgB' }))

  expect(message.content).toEqual([{ type: 'redacted_thinking', data: 'EmwKAhgB' }])
})

test('usage is told in three parts that do not contain each other', async () => {
  const message = await finalMessage([
    says('Hi'),
    uses({
      input_tokens: 120,
      cached_input_tokens: 100,
      cache_write_input_tokens: 5,
      output_tokens: 30,
      reasoning_output_tokens: 8,
    }),
  ])

  expect(message.usage).toMatchObject({
    input_tokens: 15,
    cache_read_input_tokens: 100,
    cache_creation_input_tokens: 5,
    output_tokens: 30,
    output_tokens_details: { thinking_tokens: 8 },
  })
})

test.each<[Step, string]>([
  [[says('a'), incomplete('max_output_tokens')], 'max_tokens'],
  [[says('a'), incomplete('content_filter')], 'refusal'],
  [[says('a'), incomplete('model_context_window_exceeded')], 'model_context_window_exceeded'],
  [[says('a'), continues()], 'pause_turn'],
])('a step can end for another reason: $1', async (step, reason) => {
  expect((await finalMessage(step)).stop_reason).toBe(reason)
})

test('a failure in the middle of a stream is an error event', async () => {
  const failing = finalMessage([says('Half'), fails('overloaded_error', 'Too many of you.')])

  await expect(failing).rejects.toThrow('Too many of you.')
})

test('a refusal is an error object of the wire API', async () => {
  await expect(finalMessage(refuses(429))).rejects.toMatchObject({
    status: 429,
    error: { type: 'error', error: { type: 'rate_limit_error' } },
  })
  await expect(finalMessage(refuses(529))).rejects.toMatchObject({
    error: { error: { type: 'overloaded_error' } },
  })
})
