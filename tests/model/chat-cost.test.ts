/** A response says what it cost: as the provider reports it, else by the price of its model. */

import { expect, test } from 'vitest'
import { type ModelPrice, modelInfo, resolveModel } from '../../src/model/index.ts'
import type { ModelRequest } from '../../src/model/model-client.ts'
import type { WireApi } from '../../src/protocol/modes.ts'
import { clientFor, eventsOf, requestWith } from '../support/model-client.ts'
import {
  chatRecordings,
  recordedChat,
  recordedMessages,
  recordedResponses,
} from '../support/recorded-streams.ts'
import { chatStream, sends, startSseServer } from '../support/sse-server.ts'

const price: ModelPrice = { input: 2, cachedInput: 0.5, cacheWriteInput: 4, output: 10 }

async function costFrom(
  wireApi: WireApi,
  stream: string,
  { provider = 'local', ...request }: Partial<ModelRequest> & { readonly provider?: string } = {},
): Promise<{ costUsd: number | undefined; body: unknown }> {
  await using server = await startSseServer(sends(stream))
  const client = await clientFor(server.url, wireApi, { name: provider })
  const last = (await eventsOf(client, requestWith(request))).at(-1)
  if (last?.type !== 'completed') throw new Error('The response is not complete.')
  return { costUsd: last.costUsd, body: server.requests[0]?.body }
}

test.each([
  // 120 tokens read, of them 100 from the cache and, but for Responses, 5 into it; 30 written.
  ['responses', recordedResponses, 20 * 2 + 100 * 0.5 + 30 * 10],
  ['chat', recordedChat, 15 * 2 + 100 * 0.5 + 5 * 4 + 30 * 10],
  ['messages', recordedMessages, 15 * 2 + 100 * 0.5 + 5 * 4 + 30 * 10],
] as const)('%s: the cost is reckoned by the price, which is not sent', async (wireApi, stream, sum) => {
  const { costUsd, body } = await costFrom(wireApi, stream, { price })

  expect(costUsd).toBeCloseTo(sum / 1_000_000, 12)
  expect(body).not.toHaveProperty('price')
})

test('what is not priced apart costs what input does', async () => {
  const { costUsd } = await costFrom('chat', recordedChat, { price: { input: 1, output: 0 } })

  expect(costUsd).toBeCloseTo(120 / 1_000_000, 12)
})

test('a cost that OpenRouter reports comes before any price', async () => {
  expect((await costFrom('chat', recordedChat, { provider: 'openrouter', price })).costUsd).toBe(0.0001)
})

test("with a key of the host's own, OpenRouter's fee and the provider's bill are added", async () => {
  const stream = chatStream(
    { choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: 'stop' }] },
    {
      choices: [],
      usage: {
        prompt_tokens: 1,
        completion_tokens: 1,
        is_byok: true,
        cost: 0.25,
        cost_details: { upstream_inference_cost: 0.5 },
      },
    },
    'data: [DONE]\n\n',
  )

  expect((await costFrom('chat', stream, { provider: 'openrouter' })).costUsd).toBe(0.75)
})

test('without a price, or without usage, nothing is said of the cost', async () => {
  expect((await costFrom('chat', recordedChat)).costUsd).toBeUndefined()
  expect((await costFrom('chat', chatRecordings.vllm, { price })).costUsd).toBeUndefined()
})

test('a price is part of what a host says of a model', () => {
  expect(modelInfo('any', { any: { price } }).price).toEqual(price)
  expect(modelInfo('any').price).toBeNull()
})

test.each([
  [{ input: -1, output: 1 }, 'models.house.price.input'],
  [{ input: 1, output: Number.NaN }, 'models.house.price.output'],
  [{ input: 1 }, 'models.house.price.output'],
  [{ input: 1, output: 1, tokens: 3 }, 'models.house.price.tokens'],
])('the price %j blames %s', (wrong, option) => {
  const models = { house: { provider: 'local', price: wrong as unknown as ModelPrice } }
  const resolve = () => resolveModel('house', { models, providers: { local: { baseUrl: 'http://x' } } })

  expect(resolve).toThrow(expect.objectContaining({ code: 'bad_option', option }))
})
