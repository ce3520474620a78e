/** Servers that imitate the Chat API do so in their own ways. */

import { expect, test } from 'vitest'
import type { ModelEvent, ModelRequest } from '../../src/model/index.ts'
import { clientFor, deltasOf, eventsOf, failureOf, itemsDone, requestWith } from '../support/model-client.ts'
import { chatStream, cutsAt, sends, startSseServer } from '../support/sse-server.ts'

const DONE = 'data: [DONE]\n\n'
const delta = (delta: object) => ({ id: 'c', choices: [{ index: 0, delta, finish_reason: null }] })
const finish = (reason: string) => ({ id: 'c', choices: [{ index: 0, delta: {}, finish_reason: reason }] })
const call = (fragment: object) => delta({ tool_calls: [fragment] })

async function eventsFrom(stream: string, request: ModelRequest = requestWith()): Promise<ModelEvent[]> {
  await using server = await startSseServer(sends(stream))
  return await eventsOf(await clientFor(server.url, 'chat'), request)
}

test('calls that are all numbered 0 stay apart by their ids', async () => {
  const events = await eventsFrom(
    chatStream(
      call({ index: 0, id: 'a', function: { name: 'one', arguments: '{"n":1}' } }),
      call({ index: 0, id: 'b', function: { name: 'two', arguments: '{"n":2}' } }),
      finish('tool_calls'),
      DONE,
    ),
  )

  expect(itemsDone(events)).toMatchObject([
    { call_id: 'a', name: 'one', arguments: '{"n":1}' },
    { call_id: 'b', name: 'two', arguments: '{"n":2}' },
  ])
})

test('a new id with every fragment is still one call', async () => {
  const events = await eventsFrom(
    chatStream(
      call({ index: 0, id: 'a', function: { name: 'one', arguments: '{"n"' } }),
      call({ index: 0, id: 'b', function: { arguments: ':1}' } }),
      finish('tool_calls'),
      DONE,
    ),
  )

  expect(itemsDone(events)).toMatchObject([{ call_id: 'a', name: 'one', arguments: '{"n":1}' }])
})

test('an id and a name that are repeated with every fragment are one call', async () => {
  const fragment = (text: string) => call({ index: 0, id: 'a', function: { name: 'one', arguments: text } })
  const events = await eventsFrom(chatStream(fragment('{"n"'), fragment(':1}'), finish('tool_calls'), DONE))

  expect(itemsDone(events)).toMatchObject([{ call_id: 'a', name: 'one', arguments: '{"n":1}' }])
})

test('a call without id, index, and with arguments as an object is read', async () => {
  const events = await eventsFrom(
    chatStream(call({ function: { name: 'one', arguments: { n: 1 } } }), finish('stop'), DONE),
  )

  expect(itemsDone(events)).toMatchObject([
    { call_id: expect.stringMatching(/^call_/), name: 'one', arguments: '{"n":1}' },
  ])
  expect(events.at(-1)).toMatchObject({ finishReason: 'tool_calls' })
})

test('arguments that are left out mean none', async () => {
  const events = await eventsFrom(
    chatStream(call({ index: 0, id: 'a', function: { name: 'one' } }), finish('tool_calls'), DONE),
  )

  expect(itemsDone(events)).toMatchObject([{ arguments: '{}' }])
})

test('free text that does not come as { input } stays as the model wrote it', async () => {
  const tools = [{ type: 'custom', name: 'exec', description: 'Run.' }] as const
  const events = await eventsFrom(
    chatStream(
      call({ index: 0, id: 'a', function: { name: 'exec', arguments: 'text(1)' } }),
      finish('tool_calls'),
      DONE,
    ),
    requestWith({ tools }),
  )

  expect(itemsDone(events)).toEqual([
    { type: 'function_call', call_id: 'a', name: 'exec', arguments: 'text(1)' },
  ])
})

test('a whole message in one chunk is a stream too', async () => {
  const message = { role: 'assistant', content: 'hello', tool_calls: null }
  const events = await eventsFrom(chatStream({ choices: [{ message, finish_reason: 'stop' }] }, DONE))

  expect(itemsDone(events)).toMatchObject([{ content: [{ type: 'output_text', text: 'hello' }] }])
  expect(deltasOf(events, 'text')).toBe('hello')
})

test('reasoning_content is reasoning, and remembers its name', async () => {
  const events = await eventsFrom(
    chatStream(delta({ reasoning_content: 'hm' }), delta({ content: 'yes' }), finish('stop'), DONE),
  )

  expect(itemsDone(events)[0]).toMatchObject({
    type: 'reasoning',
    content: [{ text: 'hm' }],
    providerData: { data: { field: 'reasoning_content' } },
  })
})

test('a server that sends neither usage nor [DONE] is believed when it says why it stopped', async () => {
  const events = await eventsFrom(chatStream(delta({ content: 'hello' }), finish('stop')))

  expect(events.at(-1)).toMatchObject({ type: 'completed', usage: null, finishReason: 'stop' })
})

test('a socket that breaks between the usage and [DONE] takes nothing with it', async () => {
  const usage = { prompt_tokens: 3, completion_tokens: 1 }
  const bytes = Buffer.from(chatStream(delta({ content: 'hello' }), finish('stop'), { choices: [], usage }))
  await using server = await startSseServer(cutsAt(bytes, bytes.length, 'break'))

  const events = await eventsOf(await clientFor(server.url, 'chat'))

  expect(events.at(-1)).toMatchObject({ type: 'completed', usage: { input_tokens: 3 } })
})

test('[DONE] without a finish reason ends the response', async () => {
  const events = await eventsFrom(chatStream(delta({ content: 'hello' }), DONE))

  expect(itemsDone(events)).toHaveLength(1)
  expect(events.at(-1)).toMatchObject({ type: 'completed', finishReason: 'stop' })
})

test.each(['length', 'content_filter'])(
  'an answer cut off by %s gives its text, no call, and an error',
  async (reason) => {
    await using server = await startSseServer(
      sends(
        chatStream(
          delta({ content: 'half' }),
          call({ index: 0, id: 'a', function: { name: 'one', arguments: '{}' } }),
          finish(reason),
          DONE,
        ),
      ),
    )

    const { events, error } = await failureOf(await clientFor(server.url, 'chat'))

    expect(itemsDone(events)).toMatchObject([{ type: 'message', content: [{ text: 'half' }] }])
    expect(error).toMatchObject({ code: 'response_incomplete', reason })
  },
)

test('a call that names no tool is an error', async () => {
  await using server = await startSseServer(
    sends(chatStream(call({ index: 0, id: 'a', function: { arguments: '{}' } }), finish('tool_calls'), DONE)),
  )

  const { error } = await failureOf(await clientFor(server.url, 'chat'))

  expect(error).toMatchObject({ code: 'malformed_stream' })
})
