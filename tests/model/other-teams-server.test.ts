/** Whole turns against another team's idea of the three wire APIs: theirs is the server, ours only the client. */

import { LLMock } from '@copilotkit/aimock'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Codex, defineTool, type ThreadEvent } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/index.ts'

const WIRES = ['responses', 'chat', 'messages'] as const
type SpokenWireApi = (typeof WIRES)[number]

interface Referee extends AsyncDisposable {
  readonly server: LLMock
  readonly codex: Codex
}

async function referee(wireApi: SpokenWireApi): Promise<Referee> {
  const server = new LLMock({ port: 0, host: '127.0.0.1', strict: true, logLevel: 'silent' })
  const weather = defineTool({
    name: 'weather',
    description: 'The weather in a town.',
    input: z.object({ town: z.string() }),
    effects: [],
    parallel: true,
    run: ({ town }) => `rain in ${town}`,
  })
  await server.start()
  const codex = new Codex({
    model: 'theirs/any',
    providers: {
      theirs: {
        baseUrl: `${server.url}/v1`,
        apiKey: 'test-key',
        wireApi,
        streamRetriesMax: 2,
        ...(wireApi === 'chat' ? { profile: 'deepseek' as const } : {}),
      },
    },
    packs: [{ slug: 'town', tools: [weather] }],
    store: memoryStore(),
    env: {},
  })
  return {
    server,
    codex,
    async [Symbol.asyncDispose]() {
      await codex.close()
      await server.stop()
    },
  }
}

/** Both spellings: each wire API takes its own. */
const USAGE = { input_tokens: 40, output_tokens: 7, prompt_tokens: 40, completion_tokens: 7 }

const direct = { toolMode: 'direct', modelReasoningEffort: 'low' } as const
const town = (name: string) => ({ name: 'weather', arguments: JSON.stringify({ town: name }) })
const statuses = ({ server }: Referee) => server.getRequests().map(({ response }) => response.status)

test.concurrent.each(WIRES)(
  '%s: reasoning, words and parallel calls, and their outputs back',
  async (wireApi) => {
    await using at = await referee(wireApi)
    at.server.on({ toolResultContains: 'rain in York' }, { content: 'Take an umbrella.', reasoning: 'Wet.' })
    at.server.on(
      { userMessage: 'What do I need?', hasToolResult: false },
      { reasoning: 'Two towns.', content: 'I look.', toolCalls: [town('Leeds'), town('York')] },
    )
    at.server.on({ userMessage: 'And tomorrow?' }, { content: 'Another one.', usage: USAGE })
    const thread = at.codex.startThread(direct)

    const turn = await thread.run('What do I need?')
    const next = await thread.run('And tomorrow?')

    expect(turn.finalResponse).toBe('Take an umbrella.')
    expect(next.finalResponse).toBe('Another one.')
    expect(turn.items.map(({ type }) => type)).toEqual([
      'reasoning',
      'agent_message',
      'mcp_tool_call',
      'mcp_tool_call',
      'reasoning',
      'agent_message',
    ])
    expect(next.usage).toMatchObject({ input_tokens: 40, output_tokens: 7 })
    expect(statuses(at)).toEqual([200, 200, 200])
    const sent = at.server.getLastRequest()?.body as
      | { messages: { role: string; content: unknown }[] }
      | undefined
    const outputs = sent?.messages.filter(({ role }) => role === 'tool').map(({ content }) => content)
    expect(outputs).toEqual(['rain in Leeds', 'rain in York'])
  },
)

test.concurrent.each(WIRES)('%s: a stream that breaks off is asked for again', async (wireApi) => {
  await using at = await referee(wireApi)
  at.server.on(
    { userMessage: 'Tell me.', sequenceIndex: 0 },
    { content: 'This is cut somewhere in its middle.' },
    { chunkSize: 4, truncateAfterChunks: 8, latency: 5 },
  )
  at.server.on({ userMessage: 'Tell me.', sequenceIndex: 1 }, { content: 'This is whole.' })

  const run = at.codex.startThread(direct).run('Tell me.')
  const events: ThreadEvent[] = []
  for await (const event of run) events.push(event)

  expect((await run).finalResponse).toBe('This is whole.')
  expect(events.filter(({ type }) => type === 'error')).toMatchObject([
    { message: expect.stringMatching(/^Reconnecting\.\.\. 1\/2/) },
  ])
  expect(at.server.getRequests()).toHaveLength(2)
})

test.concurrent.each(WIRES)('%s: what it refuses is an error with a type', async (wireApi) => {
  await using at = await referee(wireApi)
  at.server.on(
    { userMessage: 'Too much.' },
    { error: { message: 'Slow down.', type: 'rate_limit_error' }, status: 429, retryAfter: 3600 },
  )
  at.server.on(
    { userMessage: 'Wrong.' },
    { error: { message: 'No such thing.', type: 'invalid_request_error' }, status: 400 },
  )

  const refusal = (prompt: string) =>
    at.codex
      .startThread(direct)
      .run(prompt)
      .catch((error: unknown) => error)

  const much = await refusal('Too much.')
  const wrong = await refusal('Wrong.')

  expect(much).toMatchObject({ code: 'rate_limited', status: 429, retryAfterMs: 3_600_000 })
  expect(wrong).toMatchObject({ code: 'model_refused', status: 400 })
  expect(statuses(at)).toEqual([429, 400])
})
