/** What a script says on the Responses API, read by OpenAI's own client. */

import OpenAI from 'openai'
import type { ResponseStreamEvent } from 'openai/resources/responses/responses'
import { expect, test } from 'vitest'
import {
  calls,
  continues,
  custom,
  fails,
  incomplete,
  type ScriptedProvider,
  type Step,
  says,
  sends,
  startProvider,
  thinks,
  uses,
} from '../../src/testing/index.ts'
import { eventsIn, post, readAll, requestBody } from '../support/model-requests.ts'

function clientOf(provider: ScriptedProvider): OpenAI {
  return new OpenAI({ baseURL: provider.url, apiKey: 'test', maxRetries: 0 })
}

/** What the client's own accumulator makes of a step. */
async function finalResponse(step: Step, fields: object = {}) {
  await using provider = await startProvider([step])
  const stream = clientOf(provider).responses.stream({ model: 'any', input: 'Hello', ...fields })
  return await stream.finalResponse()
}

async function allEvents(step: Step): Promise<ResponseStreamEvent[]> {
  await using provider = await startProvider([step])
  const stream = await clientOf(provider).responses.create({ model: 'any', input: 'Hello', stream: true })
  const events: ResponseStreamEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

test('a message reaches the client as its text', async () => {
  const response = await finalResponse(says('There is no plan yet.'))

  expect(response.output_text).toBe('There is no plan yet.')
  expect(response.status).toBe('completed')
})

test('the deltas of a message are the pieces that the step names', async () => {
  const events = await allEvents(says('one two', { deltas: ['one', ' ', 'two'] }))

  const deltas = events.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : []))
  expect(deltas).toEqual(['one', ' ', 'two'])
})

test('no delta splits a character in two', async () => {
  const events = await allEvents(says('😀😃😄😁', { deltas: 4 }))

  const deltas = events.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : []))
  expect(deltas).toEqual(['😀', '😃', '😄', '😁'])
})

test('without deltas the text comes only when the item is done', async () => {
  const events = await allEvents(says('whole', { deltas: 0 }))

  const types = events.map(({ type }) => type)
  expect(types).not.toContain('response.output_text.delta')
  expect(types).toContain('response.output_item.done')
})

test('events come in the order of the real API, numbered without gaps', async () => {
  const events = await allEvents(says('Hi', { deltas: 1 }))

  expect(events.map(({ type }) => type)).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ])
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index))
})

test('several calls in a step are parallel calls of one response', async () => {
  const response = await finalResponse([
    calls('read_file', { path: 'a.md' }),
    calls('read_file', { path: 'b.md' }),
  ])

  const parallel = response.output.flatMap((item) => (item.type === 'function_call' ? [item] : []))
  expect(parallel.map((call) => JSON.parse(call.arguments))).toEqual([{ path: 'a.md' }, { path: 'b.md' }])
  expect(new Set(parallel.map((call) => call.call_id)).size).toBe(2)
})

test('arguments given as text are sent as they are, also when they are no JSON', async () => {
  const response = await finalResponse(calls('read_file', '{"path": '))

  expect(response.output[0]).toMatchObject({ type: 'function_call', arguments: '{"path": ' })
})

test('a freeform call carries its input untouched', async () => {
  const patch = '*** Begin Patch\n*** Delete File: a "quoted" name\n*** End Patch\n'

  const events = await allEvents(custom('apply_patch', patch))

  const deltas = events.flatMap((event) =>
    event.type === 'response.custom_tool_call_input.delta' ? [event.delta] : [],
  )
  expect(deltas.join('')).toBe(patch)
  expect(events.findLast((event) => event.type === 'response.output_item.done')).toMatchObject({
    item: { type: 'custom_tool_call', name: 'apply_patch', input: patch },
  })
})

test('reasoning comes with its summary, and encrypted only when the request includes that', async () => {
  const step = [thinks('Look first.'), says('Done.')]

  const plain = await finalResponse(step)
  const encrypted = await finalResponse(step, { include: ['reasoning.encrypted_content'], store: false })

  expect(plain.output[0]).toMatchObject({ type: 'reasoning', summary: [{ text: 'Look first.' }] })
  expect(plain.output[0]).not.toHaveProperty('encrypted_content')
  expect(encrypted.output[0]).toMatchObject({ encrypted_content: expect.stringContaining('encrypted_') })
})

test('an item of any other type is sent as it is', async () => {
  const search = {
    type: 'web_search_call',
    id: 'ws_1',
    status: 'completed',
    action: { type: 'search', query: 'q' },
  }

  const response = await finalResponse([sends(search), says('Found.')])

  expect(response.output[0]).toEqual(search)
})

test('phases, ids and usage are those that the step names', async () => {
  const response = await finalResponse([
    says('Reading.', { phase: 'commentary', id: 'msg_own' }),
    calls('read_file', {}, { id: 'fc_own', callId: 'call_own' }),
    uses({ input_tokens: 1200, cached_input_tokens: 1000, reasoning_output_tokens: 7 }),
  ])

  expect(response.output).toMatchObject([
    { id: 'msg_own', phase: 'commentary' },
    { id: 'fc_own', call_id: 'call_own' },
  ])
  expect(response.usage).toMatchObject({
    input_tokens: 1200,
    input_tokens_details: { cached_tokens: 1000 },
    output_tokens_details: { reasoning_tokens: 7 },
    total_tokens: 1210,
  })
})

test('a response may say that the turn goes on, or leave out its usage', async () => {
  const response = await finalResponse([says('More to come.'), continues(), uses(null)])

  expect(response).toMatchObject({ end_turn: false, usage: null })
})

test('a failure in the middle of a stream is a failed response with its code', async () => {
  const events = await allEvents([says('partial'), fails('rate_limit_exceeded', 'try again in 1.5s')])

  expect(events.at(-1)).toMatchObject({
    type: 'response.failed',
    response: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'try again in 1.5s' } },
  })
})

test('a failure can be the stand-alone error event', async () => {
  await using provider = await startProvider([fails('server_error', 'gone', { as: 'event' })])

  const { text } = await readAll(await post(provider, requestBody('responses')))

  expect(eventsIn(text).at(-1)).toMatchObject({ type: 'error', code: 'server_error', message: 'gone' })
})

test('an incomplete response says why', async () => {
  const response = await finalResponse([says('cut sh'), incomplete('max_output_tokens')])

  expect(response).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    output_text: 'cut sh',
  })
})
