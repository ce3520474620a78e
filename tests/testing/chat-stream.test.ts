/** What a script says on the Chat Completions API, read by OpenAI's own client. */

import OpenAI from 'openai'
import { expect, test } from 'vitest'
import {
  calls,
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
import { eventsIn, PATHS, post, readAll, requestBody } from '../support/model-requests.ts'

const messages = [{ role: 'user' as const, content: 'Hello' }]

function clientOf(provider: ScriptedProvider): OpenAI {
  return new OpenAI({ baseURL: provider.url, apiKey: 'test', maxRetries: 0 })
}

/** What the client's own accumulator makes of a step. */
async function finalCompletion(step: Step, fields: object = {}) {
  await using provider = await startProvider([step], { wireApi: 'chat' })
  const stream = clientOf(provider).chat.completions.stream({ model: 'any', messages, ...fields })
  return await stream.finalChatCompletion()
}

async function allChunks(
  step: Step,
  fields: Record<string, unknown> = {},
): Promise<Record<string, unknown>[]> {
  await using provider = await startProvider([step], { wireApi: 'chat' })
  const response = await post(provider, requestBody('chat', fields), { path: PATHS.chat })
  return eventsIn((await readAll(response)).text)
}

test('a message reaches the client as its text', async () => {
  const completion = await finalCompletion(says('There is no plan yet.'))

  expect(completion.choices[0]).toMatchObject({
    finish_reason: 'stop',
    message: { role: 'assistant', content: 'There is no plan yet.' },
  })
})

test('the first chunk names the role, and the text comes in the pieces that the step names', async () => {
  const chunks = await allChunks(says('one two', { deltas: ['one', ' two'] }))

  expect(chunks.map((chunk) => chunk.choices)).toMatchObject([
    [{ delta: { role: 'assistant', content: '' }, finish_reason: null }],
    [{ delta: { content: 'one' }, finish_reason: null }],
    [{ delta: { content: ' two' }, finish_reason: null }],
    [{ delta: {}, finish_reason: 'stop' }],
  ])
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
})

test('the body ends with DONE', async () => {
  await using provider = await startProvider([says('Hi')], { wireApi: 'chat' })

  const { text } = await readAll(await post(provider, requestBody('chat'), { path: PATHS.chat }))

  expect(text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true)
})

test('several calls in a step are parallel calls of one message', async () => {
  const completion = await finalCompletion([
    says('Reading.'),
    calls('read_file', { path: 'a.md' }),
    calls('read_file', { path: 'b.md' }, { callId: 'call_own' }),
  ])

  const choice = completion.choices[0]
  expect(choice).toMatchObject({ finish_reason: 'tool_calls', message: { content: 'Reading.' } })
  expect(choice?.message.tool_calls).toMatchObject([
    { type: 'function', function: { name: 'read_file', arguments: '{"path":"a.md"}' } },
    { id: 'call_own', type: 'function', function: { name: 'read_file', arguments: '{"path":"b.md"}' } },
  ])
})

test('the arguments of a call are split over chunks, its id and name come once', async () => {
  const chunks = await allChunks(
    calls('read_file', '{"path":"a"}', { callId: 'call_own', deltas: ['{"path"', ':"a"}'] }),
  )

  expect(chunks.slice(1, -1).map((chunk) => chunk.choices)).toMatchObject([
    [
      {
        delta: { tool_calls: [{ index: 0, id: 'call_own', function: { name: 'read_file', arguments: '' } }] },
      },
    ],
    [{ delta: { tool_calls: [{ index: 0, function: { arguments: '{"path"' } }] } }],
    [{ delta: { tool_calls: [{ index: 0, function: { arguments: ':"a"}' } }] } }],
  ])
})

test('a freeform call is a function call with its input', async () => {
  const completion = await finalCompletion(
    custom('apply_patch', 'a "patch"\n', { deltas: ['a ', '"patch"\n'] }),
  )

  const call = completion.choices[0]?.message.tool_calls?.[0]
  expect(call).toMatchObject({ type: 'function', function: { name: 'apply_patch' } })
  expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual({ input: 'a "patch"\n' })
})

test('reasoning is spelled as OpenRouter does', async () => {
  const chunks = await allChunks([thinks('Look first.', { deltas: 1, encrypted: 'sealed' }), says('Done.')])

  expect(chunks[1]?.choices).toMatchObject([
    {
      delta: {
        reasoning: 'Look first.',
        reasoning_details: [{ type: 'reasoning.summary', summary: 'Look first.' }],
      },
    },
  ])
  expect(chunks[2]?.choices).toMatchObject([
    { delta: { reasoning_details: [{ type: 'reasoning.encrypted', data: 'sealed' }] } },
  ])
})

test('usage comes in a chunk without choices, when the request asks for it', async () => {
  const step = [says('Hi'), uses({ input_tokens: 1200, cached_input_tokens: 1000 })]

  const asked = await allChunks(step, { stream_options: { include_usage: true } })
  const unasked = await allChunks(step)

  expect(asked.at(-1)).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 1200, total_tokens: 1210, prompt_tokens_details: { cached_tokens: 1000 } },
  })
  expect(asked[0]).toHaveProperty('usage', null)
  expect(unasked.some((chunk) => 'usage' in chunk)).toBe(false)
})

test('no usage is sent when the step has none, though the request asks', async () => {
  const chunks = await allChunks([says('Hi'), uses(null)], { stream_options: { include_usage: true } })

  expect(chunks.every((chunk) => chunk.usage === null)).toBe(true)
})

test('a failure in the middle of a stream is an error chunk, which the client throws', async () => {
  const step = [says('partial'), fails('provider_overloaded', 'no room')]

  const chunks = await allChunks(step)
  const completion = finalCompletion(step)

  await expect(completion).rejects.toThrow('no room')
  expect(chunks.at(-1)).toMatchObject({
    error: { code: 'provider_overloaded', message: 'no room' },
    choices: [{ finish_reason: 'error' }],
  })
})

test('an incomplete response says why by its finish reason', async () => {
  const cut = await allChunks([says('cut sh'), incomplete('max_output_tokens')])
  const filtered = await allChunks([says('cut sh'), incomplete('content_filter')])

  expect(cut.at(-1)?.choices).toMatchObject([{ finish_reason: 'length' }])
  expect(filtered.at(-1)?.choices).toMatchObject([{ finish_reason: 'content_filter' }])
})

test('what Chat cannot say fails the request by name', async () => {
  await using provider = await startProvider([sends({ type: 'web_search_call' })], {
    wireApi: 'chat',
    strict: false,
  })

  const response = await post(provider, requestBody('chat'), { path: PATHS.chat })

  expect(response.status).toBe(400)
  expect(await response.text()).toContain('web_search_call')
})
