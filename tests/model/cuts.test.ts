/** A stream may be cut at any of its bytes. */

import { expect, test } from 'vitest'
import type { ModelClient, ModelEvent } from '../../src/model/index.ts'
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

test.each(cuts)(
  '$wireApi: $title at any byte gives the right result or an interruption',
  { timeout: 120_000 },
  async ({ wireApi, stream, how }) => {
    const bytes = Buffer.from(stream)
    await using server = await startSseServer((response, index, incoming) =>
      cutsAt(bytes, index, how)(response, index, incoming),
    )
    await using whole = await startSseServer(sends(stream))
    const right = gist(await eventsOf(await clientFor(whole.url, wireApi), request))
    const client = await clientFor(server.url, wireApi)
    const outcomes = { right: 0, withoutUsage: 0, interrupted: 0 }

    let left = bytes.length + 1
    const worker = async () => {
      while (left-- > 0) outcomes[await outcomeOf(client, right)]++
    }
    await Promise.all(Array.from({ length: 8 }, worker))

    const { interrupted, withoutUsage, ...rest } = outcomes
    expect(interrupted + withoutUsage + rest.right).toBe(bytes.length + 1)
    expect(rest.right).toBeGreaterThan(0)
    expect(interrupted).toBeGreaterThan(bytes.length * 0.8)
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
