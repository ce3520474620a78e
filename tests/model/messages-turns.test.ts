/** Whole turns over the Messages API, from the front door to a provider that checks each request. */

import { expect, test } from 'vitest'
import { z } from 'zod'
import { Codex, type CodexOptions, defineTool } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/index.ts'
import {
  calls,
  continues,
  custom,
  cutsAfter,
  incomplete,
  type ScriptedProvider,
  says,
  sends,
  stalls,
  startProvider,
  thinks,
} from '../../src/testing/index.ts'

const weather = defineTool({
  name: 'weather',
  description: 'The weather in a town.',
  input: z.object({ town: z.string() }),
  effects: [],
  run({ town }) {
    if (town === 'Atlantis') throw new Error('There is no such town.')
    return `rain in ${town}`
  },
})

function codexFor(providers: Readonly<Record<string, ScriptedProvider>>, more: CodexOptions = {}): Codex {
  const entries = Object.entries(providers).map(([name, { url }]) => [
    name,
    { baseUrl: url, wireApi: name === 'chat' ? 'chat' : name === 'responses' ? 'responses' : 'messages' },
  ])
  return new Codex({
    model: 'claude/any',
    providers: Object.fromEntries(entries),
    packs: [{ slug: 'town', tools: [weather] }],
    store: memoryStore(),
    env: {},
    ...more,
  })
}

type Sent = { readonly role: string; readonly content: Record<string, unknown>[] }

function messagesSent(provider: ScriptedProvider, index: number): Sent[] {
  return provider.requests[index]?.body.messages as Sent[]
}

function blocksSent(provider: ScriptedProvider, index: number): Record<string, unknown>[] {
  return messagesSent(provider, index).flatMap(({ content }) => content)
}

test('pain 4: thinking goes back as it came, through a loop of parallel calls and failures', async () => {
  await using provider = await startProvider(
    [
      [
        thinks('Two towns.'),
        sends({ type: 'redacted_thinking', data: 'EmwKAhgB' }),
        says('I look.'),
        calls('weather', { town: 'Leeds' }),
        calls('weather', { town: 'Atlantis' }),
      ],
      [thinks('One is not there.'), calls('weather', '{"town": ')],
      says('Take an umbrella.'),
    ],
    { wireApi: 'messages' },
  )
  await using codex = codexFor({ claude: provider })
  const thread = codex.startThread({ toolMode: 'direct', modelReasoningEffort: 'high' })

  const turn = await thread.run('What do I need?')

  expect(turn.finalResponse).toBe('Take an umbrella.')
  expect(blocksSent(provider, 2)).toMatchObject([
    { type: 'text' },
    { type: 'text', text: 'What do I need?' },
    { type: 'thinking', thinking: 'Two towns.', signature: expect.any(String) },
    { type: 'redacted_thinking', data: 'EmwKAhgB' },
    { type: 'text', text: 'I look.' },
    { type: 'tool_use', input: { town: 'Leeds' } },
    { type: 'tool_use', input: { town: 'Atlantis' } },
    { type: 'tool_result', content: [{ text: 'rain in Leeds' }] },
    { type: 'tool_result', is_error: true },
    { type: 'thinking', thinking: 'One is not there.' },
    { type: 'tool_use', input: { INVALID_JSON: '{"town": ' } },
    { type: 'tool_result', is_error: true },
  ])
  expect(turn.items.filter(({ type }) => type === 'reasoning')).toMatchObject([
    { text: 'Two towns.' },
    { text: 'One is not there.' },
  ])
})

test('a script runs, and the repeated prompt stands behind its output', async () => {
  await using provider = await startProvider(
    [
      [thinks('A script.'), calls('exec', { source: 'return await tools.weather({ town: "Leeds" })' })],
      says('Rain.'),
    ],
    { wireApi: 'messages' },
  )
  await using codex = codexFor({ claude: provider })

  const turn = await codex.startThread({ toolMode: 'script' }).run('Rain?')

  expect(turn.finalResponse).toBe('Rain.')
  expect(provider.requests[1]?.outputOf('exec')).toContain('rain in Leeds')
  const [output, pin] = blocksSent(provider, 1).slice(-2)
  expect(output).toMatchObject({ type: 'tool_result', cache_control: { type: 'ephemeral' } })
  expect(pin).toMatchObject({ text: expect.stringContaining('original-user-prompt') })
  expect(pin).not.toHaveProperty('cache_control')
})

test('pain 4: a provider that is changed in the middle of a thread reads what was said, and nothing private', async () => {
  await using claude = await startProvider(
    [[thinks('Secret thought.'), calls('weather', { town: 'Leeds' })], says('Rain.'), says('Still rain.')],
    { wireApi: 'messages' },
  )
  await using chat = await startProvider([[thinks('Chat thought.'), custom('nope', 'free')], says('Snow.')], {
    wireApi: 'chat',
  })
  await using responses = await startProvider([
    [thinks('Third thought.', { encrypted: 'gAAAA' }), says('Hail.')],
  ])
  await using codex = codexFor({ claude, chat, responses })
  const thread = codex.startThread({ toolMode: 'direct' })

  await thread.run('One.', { model: 'claude/any' })
  await thread.run('Two.', { model: 'chat/any' })
  await thread.run('Three.', { model: 'responses/any' })
  await thread.run('Four.', { model: 'claude/any' })

  const [toChat, toResponses, back] = [chat.requests[0], responses.requests[0], claude.requests[2]].map(
    (request) => request?.text ?? '',
  )
  expect(toChat).toContain('rain in Leeds')
  expect(toChat).not.toMatch(/Secret thought|scripted\./)
  expect(toResponses).toMatch(/Rain\.[\s\S]*Snow\./)
  expect(toResponses).not.toMatch(/Secret thought|Chat thought/)
  expect(back).toMatch(/Secret thought[\s\S]*Rain\.[\s\S]*Snow\.[\s\S]*Hail\./)
  expect(back).not.toMatch(/Chat thought|Third thought|gAAAA/)
})

test('a stream that is cut is asked for again, with what was finished', async () => {
  await using provider = await startProvider(
    [[thinks('Hm.'), says('It begins.'), says('It breaks'), cutsAfter(14)], says('And it ends.')],
    { wireApi: 'messages' },
  )
  await using codex = codexFor({ claude: provider })

  const turn = await codex.startThread({ modelReasoningEffort: 'low' }).run('Go.')

  expect(turn.finalResponse).toBe('And it ends.')
  expect(blocksSent(provider, 1).slice(-3)).toMatchObject([
    { type: 'thinking', thinking: 'Hm.' },
    { type: 'text', text: 'It begins.' },
    { type: 'text', text: 'Continue.' },
  ])
})

test('a turn that is stopped in a call leaves a thread that goes on', async () => {
  await using provider = await startProvider(
    [
      [says('I look.'), calls('weather', { town: 'Leeds' }), calls('weather', { town: 'York' }), stalls()],
      says('Well.'),
    ],
    { wireApi: 'messages' },
  )
  await using codex = codexFor({ claude: provider })
  const thread = codex.startThread({ toolMode: 'direct' })
  const run = thread.run('Rain?')

  for await (const event of run)
    if (event.type === 'item.completed' && event.item.type === 'agent_message') break
  const turn = await thread.run('Never mind.')

  expect(turn.finalResponse).toBe('Well.')
  expect(await provider.closed(0)).toBe('client')
})

test.each(['direct', 'script'] as const)(
  'a paused turn goes on from where it was, in %s mode',
  async (toolMode) => {
    const search = (id: string, query: string) =>
      sends({ type: 'server_tool_use', id, name: 'web_search', input: { query } })
    const found = (id: string) =>
      sends({
        type: 'web_search_tool_result',
        tool_use_id: id,
        content: [{ type: 'web_search_result', url: 'x' }],
      })
    await using provider = await startProvider(
      [
        [thinks('I do not know.'), says('I search.'), search('srvtoolu_1', 'one'), continues()],
        [
          found('srvtoolu_1'),
          says('Once more.'),
          search('srvtoolu_2', 'two'),
          found('srvtoolu_2'),
          continues(),
        ],
        says('Found.'),
        says('You are welcome.'),
      ],
      { wireApi: 'messages' },
    )
    await using codex = codexFor({ claude: provider })
    const thread = codex.startThread({ toolMode })

    const turn = await thread.run('Look it up.')
    await thread.run('Thanks.')

    expect(turn).toMatchObject({ finalResponse: 'Found.', steps: 3 })
    const lastOf = (index: number) => {
      const last = messagesSent(provider, index).at(-1)
      return [last?.role, last?.content.map(({ type }) => type)]
    }
    const begun = ['thinking', 'text', 'server_tool_use']
    const gone = [...begun, 'web_search_tool_result', 'text', 'server_tool_use', 'web_search_tool_result']
    expect(lastOf(1)).toEqual(['assistant', begun])
    expect(lastOf(2)).toEqual(['assistant', gone])
    expect(lastOf(3)[0]).toBe('user')
    const types = blocksSent(provider, 3).map(({ type }) => String(type))
    expect(types.filter((type) => type !== 'text')).toEqual(gone.filter((type) => type !== 'text'))
  },
)

test('a turn that was stopped in its pause leaves a conversation that goes on', async () => {
  const search = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } }
  await using provider = await startProvider(
    [[says('I search.'), sends(search), continues()], says('Found.')],
    { wireApi: 'messages' },
  )
  await using codex = codexFor({ claude: provider }, { limits: { stepsMax: 1 } })
  const thread = codex.startThread({ toolMode: 'direct' })

  await expect(thread.run('Look it up.')).rejects.toMatchObject({ code: 'turn_limit' })
  const next = await thread.run('Never mind.')

  expect(next.finalResponse).toBe('Found.')
  expect(blocksSent(provider, 1).map(({ type }) => type)).not.toContain('server_tool_use')
})

test('a refusal ends the turn with its reason', async () => {
  await using provider = await startProvider([[says('Wel'), incomplete('refusal')]], { wireApi: 'messages' })
  await using codex = codexFor({ claude: provider })

  const run = codex.startThread().run('Harm somebody.')

  await expect(run).rejects.toMatchObject({ code: 'model_refused', providerCode: 'refusal' })
  expect(provider.requests).toHaveLength(1)
})

test('an answer of a shape is asked for beside tools', async () => {
  const outputSchema = {
    type: 'object',
    properties: { umbrella: { type: 'boolean' } },
    required: ['umbrella'],
    additionalProperties: false,
  }
  await using provider = await startProvider(
    [calls('weather', { town: 'Leeds' }), says('{"umbrella":true}')],
    { wireApi: 'messages' },
  )
  await using codex = codexFor({ claude: provider })

  const turn = await codex.startThread({ toolMode: 'direct' }).run('Umbrella?', { outputSchema })

  expect(turn.finalResponse).toBe('{"umbrella":true}')
  expect(provider.requests[1]?.body.output_config).toEqual({
    format: { type: 'json_schema', schema: outputSchema },
  })
  expect(provider.requests[1]?.toolNames).toEqual(['weather'])
})
