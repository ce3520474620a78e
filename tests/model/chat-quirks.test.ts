/** Servers that imitate the Chat API do so in their own ways. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDecoder } from '../../src/model/chat/decode.ts'
import { chatProfiles } from '../../src/model/chat/profiles.ts'
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

test('calls without ids and arguments stay apart by their names', async () => {
  const events = await eventsFrom(
    chatStream(
      call({ index: 0, function: { name: 'one' } }),
      call({ index: 0, function: { name: 'two', arguments: '{}' } }),
      finish('stop'),
      DONE,
    ),
  )

  expect(itemsDone(events)).toMatchObject([{ name: 'one', arguments: '{}' }, { name: 'two' }])
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

/** The ways in which servers send calls: each gives the fragments of one call. */
const WAYS: Readonly<Record<string, (call: SentCall) => object[]>> = {
  'by number': ({ index, name, pieces }) => [
    { index, id: `c${index}`, function: { name, arguments: '' } },
    ...pieces.map((text) => ({ index, function: { arguments: text } })),
  ],
  'all numbered 0': ({ index, name, pieces: [first = '', ...rest] }) => [
    { index: 0, id: `c${index}`, function: { name, arguments: first } },
    ...rest.map((text) => ({ index: 0, function: { arguments: text } })),
  ],
  'a new id with each fragment': ({ index, name, pieces: [first = '', ...rest] }) => [
    { index: 0, id: `c${index}`, function: { name, arguments: first } },
    ...rest.map((text, piece) => ({ index: 0, id: `c${index}.${piece}`, function: { arguments: text } })),
  ],
  'id and name repeated': ({ index, name, pieces }) =>
    pieces.map((text) => ({ index: 0, id: `c${index}`, function: { name, arguments: text } })),
  'the name repeated, without ids': ({ name, pieces }) => [
    ...pieces.map((text) => ({ index: 0, function: { name, arguments: text } })),
    { index: 0, function: { name, arguments: '' } },
  ],
  'whole, with neither ids nor numbers': ({ name, args }) => [{ function: { name, arguments: args } }],
}

interface SentCall {
  readonly index: number
  readonly name: string
  readonly args: object
  readonly pieces: readonly string[]
}

test.each(Object.entries(WAYS))('calls that are sent %s are read as they were meant', (_, fragmentsOf) => {
  const args = fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  const calls = fc.array(
    fc.record({ name: fc.constantFrom('one', 'two'), args, pieceChars: fc.integer({ min: 1, max: 9 }) }),
    { minLength: 1, maxLength: 5 },
  )

  fc.assert(
    fc.property(calls, (meant) => {
      const context = { provider: 'local', request: requestWith(), requestId: undefined }
      const decoder = createDecoder({ ...context, redact: (text) => text }, chatProfiles.generic)
      const texts = meant.map((each) => JSON.stringify(each.args))
      const events = meant.flatMap(({ name, pieceChars }, index) => {
        const text = texts[index] ?? ''
        const pieces = text.match(new RegExp(`[^]{1,${pieceChars}}`, 'g')) ?? []
        return fragmentsOf({ index, name, args: JSON.parse(text), pieces }).flatMap((fragment) =>
          decoder.decode(JSON.stringify(call(fragment))),
        )
      })
      events.push(...decoder.decode(JSON.stringify(finish('tool_calls'))), ...decoder.decode('[DONE]'))

      const read = itemsDone(events).flatMap((item) =>
        item.type === 'function_call' ? [{ name: item.name, arguments: item.arguments }] : [],
      )
      expect(read).toEqual(meant.map(({ name }, index) => ({ name, arguments: texts[index] })))
    }),
  )
})
