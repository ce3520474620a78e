/** A stream may be cut at any of its bytes. */

import { expect, test } from 'vitest'
import type { ModelClient, ModelEvent } from '../../src/model/index.ts'
import { createDecoder as decodesMessages } from '../../src/model/messages/decode.ts'
import { createDecoder as decodesResponses } from '../../src/model/responses/decode.ts'
import { readCut } from '../support/cut-streams.ts'
import { clientFor, eventsOf, gist, requestWith } from '../support/model-client.ts'
import { recordedChat, recordedMessages, recordedResponses } from '../support/recorded-streams.ts'
import { cutsAt, sends, startSseServer } from '../support/sse-server.ts'

const streams = [
  ['responses', recordedResponses],
  ['chat', recordedChat],
  ['messages', recordedMessages],
] as const
const request = requestWith({ tools: [{ type: 'custom', name: 'exec', description: 'Run.' }] })

const cuts = streams.flatMap(([wireApi, stream]) => [
  { wireApi, stream, how: 'break' as const, title: 'a socket that breaks' },
  { wireApi, stream, how: 'end' as const, title: 'a body that ends' },
])

/** Over real sockets every so many bytes; without them at every one, below. */
const STRIDE = 7

test.each(cuts)(
  '$wireApi: $title gives the right result or an interruption, over a socket',
  { timeout: 120_000 },
  async ({ wireApi, stream, how }) => {
    const bytes = Buffer.from(stream)
    await using server = await startSseServer((response, index, incoming) =>
      cutsAt(bytes, Math.min(index * STRIDE, bytes.length), how)(response, index, incoming),
    )
    await using whole = await startSseServer(sends(stream))
    const right = gist(await eventsOf(await clientFor(whole.url, wireApi), request))
    const client = await clientFor(server.url, wireApi)
    const outcomes = { right: 0, withoutUsage: 0, interrupted: 0 }

    const count = Math.ceil(bytes.length / STRIDE) + 1
    let left = count
    const worker = async () => {
      while (left-- > 0) outcomes[await outcomeOf(client, right)]++
    }
    await Promise.all(Array.from({ length: 8 }, worker))

    const { interrupted, withoutUsage, ...rest } = outcomes
    expect(interrupted + withoutUsage + rest.right).toBe(count)
    expect(rest.right).toBeGreaterThan(0)
    expect(interrupted).toBeGreaterThan(count * 0.8)
    // The Chat API's usage is a chunk of its own. A body that ends by itself just before it lacks that and nothing else.
    expect(withoutUsage).toBeLessThanOrEqual(wireApi === 'chat' && how === 'end' ? 1 : 0)
  },
)

async function outcomeOf(
  client: ModelClient,
  right: readonly unknown[],
): Promise<'right' | 'withoutUsage' | 'interrupted'> {
  const events: ModelEvent[] = []
  try {
    for await (const event of client.stream(request, { signal: new AbortController().signal }))
      events.push(event)
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^(?:stream_interrupted|model_unreachable)$/) })
    expect(events.at(-1)?.type).not.toBe('completed')
    return 'interrupted'
  }
  const last = events.at(-1)
  const hasUsage = last?.type === 'completed' && last.usage !== null
  expect(hasUsage ? gist(events) : gist(events).slice(0, -1)).toEqual(hasUsage ? right : right.slice(0, -1))
  return hasUsage ? 'right' : 'withoutUsage'
}

const decoders = { responses: decodesResponses, messages: decodesMessages }
const everyByte = cuts.filter(({ wireApi }) => wireApi !== 'chat')

test.each(everyByte)(
  'pain 12: $wireApi: $title at any byte',
  { timeout: 60_000 },
  async ({ wireApi, stream, how }) => {
    const bytes = Buffer.from(stream)
    const createDecoder = decoders[wireApi === 'messages' ? 'messages' : 'responses']
    const whole = await readCut(wireApi, createDecoder, bytes, 'end')
    expect(whole.error).toBeNull()
    let interrupted = 0

    for (let length = 0; length < bytes.length; length += 1) {
      const { events, error } = await readCut(wireApi, createDecoder, bytes.subarray(0, length), how)
      if (error === null) {
        expect(gist(events)).toEqual(gist(whole.events))
        continue
      }
      interrupted += 1
      expect(error).toMatchObject({ code: 'stream_interrupted' })
      expect(events.some(({ type }) => type === 'completed')).toBe(false)
    }

    expect(interrupted).toBeGreaterThan(bytes.length * 0.8)
  },
)
