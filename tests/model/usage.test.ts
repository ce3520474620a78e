/** Usage keeps its sums, whoever counted. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Usage } from '../../src/protocol/usage.ts'
import { clientFor, eventsOf } from '../support/model-client.ts'
import { chatStream, messagesStream, responsesStream, sends, startSseServer } from '../support/sse-server.ts'

type Wire = 'responses' | 'chat' | 'messages'

async function usageFrom(wireApi: Wire, usage: unknown): Promise<Usage | null> {
  const streams = {
    chat: chatStream({ choices: [{ delta: {}, finish_reason: 'stop' }], usage }, 'data: [DONE]\n\n'),
    responses: responsesStream({ type: 'response.completed', response: { id: 'r', usage } }),
    messages: messagesStream(
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage },
      { type: 'message_stop' },
    ),
  }
  await using server = await startSseServer(sends(streams[wireApi]))
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

test('pain 7: Anthropic counts what it read in three parts, which are added', async () => {
  const usage = await usageFrom('messages', {
    input_tokens: 3,
    cache_read_input_tokens: 5000,
    cache_creation_input_tokens: 200,
    output_tokens: 40,
    output_tokens_details: { thinking_tokens: 30 },
  })

  expect(usage).toEqual({
    input_tokens: 5203,
    cached_input_tokens: 5000,
    cache_write_input_tokens: 200,
    output_tokens: 40,
    reasoning_output_tokens: 30,
  })
})

test('pain 7: whatever is reported, parts are never greater than their wholes', async () => {
  const count = fc.oneof(fc.integer({ min: -5, max: 1000 }), fc.constantFrom(null, 'many', 1.5, undefined))
  const reported = fc.record({ a: count, b: count, c: count, d: count, e: count, f: count })

  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Wire>('responses', 'chat', 'messages'),
      reported,
      async (wire, { a, b, c, d, e, f }) => {
        const inWords = {
          chat: {
            prompt_tokens: a,
            prompt_tokens_details: { cached_tokens: b, cache_write_tokens: c },
            completion_tokens: d,
            completion_tokens_details: { reasoning_tokens: e },
            total_tokens: f,
          },
          responses: {
            input_tokens: a,
            input_tokens_details: { cached_tokens: b, cache_write_tokens: c },
            output_tokens: d,
            output_tokens_details: { reasoning_tokens: e },
            total_tokens: f,
          },
          messages: {
            input_tokens: a,
            cache_read_input_tokens: b,
            cache_creation_input_tokens: c,
            output_tokens: d,
            output_tokens_details: { thinking_tokens: e },
          },
        }
        const usage = await usageFrom(wire, inWords[wire])

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
