/** Usage keeps its sums, whoever counted. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Usage } from '../../src/protocol/usage.ts'
import { clientFor, eventsOf } from '../support/model-client.ts'
import { chatStream, responsesStream, sends, startSseServer } from '../support/sse-server.ts'

type Wire = 'responses' | 'chat'

async function usageFrom(wireApi: Wire, usage: unknown): Promise<Usage | null> {
  const stream =
    wireApi === 'chat'
      ? chatStream({ choices: [{ delta: {}, finish_reason: 'stop' }], usage }, 'data: [DONE]\n\n')
      : responsesStream({ type: 'response.completed', response: { id: 'r', usage } })
  await using server = await startSseServer(sends(stream))
  const events = await eventsOf(await clientFor(server.url, wireApi))
  const last = events.at(-1)
  return last?.type === 'completed' ? last.usage : null
}

test('a cache that is counted beside the input is added to it', async () => {
  const usage = await usageFrom('chat', {
    prompt_tokens: 10,
    completion_tokens: 1,
    prompt_tokens_details: { cached_tokens: 90, cache_write_tokens: 5 },
  })

  expect(usage).toMatchObject({ input_tokens: 105, cached_input_tokens: 90, cache_write_input_tokens: 5 })
})

test('reasoning that the total gives away as extra is added to the output', async () => {
  const usage = await usageFrom('chat', {
    prompt_tokens: 10,
    completion_tokens: 20,
    total_tokens: 35,
    completion_tokens_details: { reasoning_tokens: 5 },
  })

  expect(usage).toMatchObject({ output_tokens: 25, reasoning_output_tokens: 5 })
})

test("DeepSeek's word for cached tokens is known", async () => {
  const usage = await usageFrom('chat', {
    prompt_tokens: 10,
    completion_tokens: 2,
    prompt_cache_hit_tokens: 8,
  })

  expect(usage).toMatchObject({ input_tokens: 10, cached_input_tokens: 8 })
})

test('whatever is reported, parts are never greater than their wholes', async () => {
  const count = fc.oneof(fc.integer({ min: -5, max: 1000 }), fc.constantFrom(null, 'many', 1.5, undefined))
  const reported = fc.record({ a: count, b: count, c: count, d: count, e: count, f: count })

  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Wire>('responses', 'chat'),
      reported,
      async (wire, { a, b, c, d, e, f }) => {
        const usage = await usageFrom(
          wire,
          wire === 'chat'
            ? {
                prompt_tokens: a,
                prompt_tokens_details: { cached_tokens: b, cache_write_tokens: c },
                completion_tokens: d,
                completion_tokens_details: { reasoning_tokens: e },
                total_tokens: f,
              }
            : {
                input_tokens: a,
                input_tokens_details: { cached_tokens: b, cache_write_tokens: c },
                output_tokens: d,
                output_tokens_details: { reasoning_tokens: e },
                total_tokens: f,
              },
        )

        if (usage === null) throw new Error('Usage was reported.')
        for (const tokens of Object.values(usage)) expect(Number.isInteger(tokens) && tokens >= 0).toBe(true)
        const cache = usage.cached_input_tokens + usage.cache_write_input_tokens
        expect(cache).toBeLessThanOrEqual(usage.input_tokens)
        expect(usage.reasoning_output_tokens).toBeLessThanOrEqual(usage.output_tokens)
      },
    ),
    { numRuns: 100 },
  )
})
