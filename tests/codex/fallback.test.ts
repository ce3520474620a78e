/** A model fails for good, and another one goes on. */

import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Codex, type CodexOptions, defineTool } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/index.ts'
import {
  calls,
  custom,
  cutsAfter,
  drops,
  fails,
  hangs,
  incomplete,
  refuses,
  type ScriptedProvider,
  type Step,
  says,
  startProvider,
  thinks,
  uses,
} from '../../src/testing/index.ts'
import { bench, type TestBench } from '../support/codex.ts'
import { tempFolder } from '../support/temp-folder.ts'

const direct = { toolMode: 'direct' } as const
const failure = (promise: PromiseLike<unknown>) => Promise.resolve(promise).catch((error: unknown) => error)

const weather = defineTool({
  name: 'weather',
  description: 'The weather of a town.',
  input: z.object({ town: z.string() }),
  effects: [],
  run: ({ town }) => `rain in ${town}`,
})
const packs = [{ slug: 'sky', tools: [weather] }]

type BenchOptions = NonNullable<Parameters<typeof bench>[1]>

/** One provider, asked for the models a, b and c. */
async function chained(
  script: readonly Step[],
  options: BenchOptions = {},
  retriesMax = 1,
): Promise<TestBench> {
  const { provider: providerOptions, ...rest } = options
  const provider = await startProvider(script, providerOptions)
  const at = await bench([], {
    packs,
    model: 'main',
    models: { main: { model: 'local/a', fallback: ['local/b', 'local/c'] } },
    providers: {
      local: {
        baseUrl: provider.url,
        apiKey: 'test-key',
        requestRetriesMax: retriesMax,
        streamRetriesMax: retriesMax,
      },
    },
    ...rest,
  })
  return {
    ...at,
    provider,
    async [Symbol.asyncDispose]() {
      await at[Symbol.asyncDispose]()
      await provider[Symbol.asyncDispose]()
    },
  }
}
const modelsAsked = ({ requests }: ScriptedProvider) => requests.map(({ body }) => body.model)

describe('what another model may survive', () => {
  const body = (code: string, message = 'no') => ({ error: { code, message, type: code } })

  test.each<[string, Step]>([
    ['too many requests', refuses(429)],
    ['no credit', refuses(402)],
    ['a model that is not there', refuses(404)],
    ['a model that is not there, told with 400', refuses(400, body('model_not_found'))],
    ['a server that is broken', refuses(500)],
    ['a server that has too much to do', refuses(529)],
    ['no connection', drops()],
    ['a stream that breaks', [says('Half'), cutsAfter(3)]],
    ['a response that fails', [says('Half'), fails('server_error', 'no')]],
    ['an answer that is no stream', refuses(200, { hello: 'world' })],
  ])('%s', async (_, failing) => {
    await using at = await chained([failing, says('Here I am.')], {}, 0)
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

    const turn = await thread.run('Who is there?')

    expect(turn).toMatchObject({ finalResponse: 'Here I am.', steps: 1 })
    expect(modelsAsked(at.provider)).toEqual(['a', 'b'])
  })

  test.each<[string, Step, object]>([
    ['a bad request', refuses(400), { code: 'model_refused', status: 400 }],
    ['a key that is wrong', refuses(403), { code: 'model_refused', status: 403 }],
    [
      'a conversation that is too long',
      refuses(400, body('context_length_exceeded')),
      { code: 'context_overflow' },
    ],
    [
      'an answer that was cut short',
      [says('x'), incomplete('max_output_tokens')],
      { code: 'response_incomplete' },
    ],
    ['a prompt that breaks the rules', fails('invalid_prompt', 'no'), { code: 'model_refused' }],
  ])('not %s', async (_, failing, expected) => {
    await using at = await chained([], { provider: { whenScriptEnds: failing } }, 0)
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

    const error = await failure(thread.run('Who is there?'))

    expect(error).toMatchObject(expected)
    expect(modelsAsked(at.provider)).not.toContain('b')
  })
})

test('each model is asked again as often as its provider allows, before the next one is', async () => {
  await using at = await chained([
    ...Array.from({ length: 4 }, () => refuses(500)),
    [says('Half'), cutsAfter(3)],
    says('Whole.'),
  ])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const turn = await thread.run('Who is there?')

  expect(turn.finalResponse).toBe('Whole.')
  expect(modelsAsked(at.provider)).toEqual(['a', 'a', 'a', 'a', 'b', 'b'])
})

test('the reason is told, with the events of the SDK alone', async () => {
  await using at = await chained([refuses(429), refuses(402), says('Third.')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const seen: string[] = []
  const { events } = await thread.runStreamed('Who is there?')
  for await (const event of events) seen.push(event.type === 'error' ? event.message : event.type)

  expect(seen).toEqual([
    'thread.started',
    'turn.started',
    expect.stringMatching(/^Falling back from main to local\/b\.\.\. \(.*429/),
    expect.stringMatching(/^Falling back from local\/b to local\/c\.\.\. \(.*402/),
    'item.completed',
    'turn.completed',
  ])
})

test('what the first model began is taken back before the next one speaks', async () => {
  const id = 'msg_same'
  await using at = await chained([[says('Half', { id }), cutsAfter(5)], says('Whole.', { id })], {}, 0)
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const read = new Map<string, string>()
  const shown: string[] = []
  for await (const event of thread.run('Who is there?')) {
    if (event.type === 'item.delta') read.set(event.item_id, (read.get(event.item_id) ?? '') + event.delta)
    if (event.type === 'item.updated' && event.item.type === 'agent_message')
      read.set(event.item.id, event.item.text)
    shown.push([...read.values()].join())
  }

  expect(shown.find((text) => text !== '')).toMatch(/^H/)
  expect(shown.at(-1)).toBe('Whole.')
})

test('a message that the first model ended and one of the next are two items, whatever ids they bear', async () => {
  const id = 'msg_same'
  await using at = await chained(
    [[says('First.', { id }), fails('server_error', 'no')], says('Last.', { id })],
    {},
    0,
  )

  const { items } = await at.codex
    .startThread({ workingDirectory: at.folder.path, ...direct })
    .run('Who is there?')

  expect(items).toEqual([
    { id: 'item_0', type: 'agent_message', text: 'First.' },
    { id: 'item_1', type: 'agent_message', text: 'Last.' },
  ])
})

test('the log of the host hears which model failed, and of what', async () => {
  const warned: unknown[] = []
  const hush = () => {}
  await using at = await chained([refuses(429), says('Second.')], {
    log: {
      debug: hush,
      info: hush,
      error: hush,
      warn: (message, facts) => void warned.push([message, facts]),
    },
  })

  await at.codex.startThread({ workingDirectory: at.folder.path, ...direct }).run('Who is there?')

  expect(warned).toContainEqual([
    expect.stringContaining('another one goes on'),
    { from: 'main', to: 'local/b', reason: expect.stringContaining('429') },
  ])
})

test('the thread keeps who took over, and why, and is read again with it', async () => {
  await using at = await chained([refuses(429), says('Second.'), says('Again.')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const { turnId } = await thread.run('Who is there?')
  await thread.close()
  const turn = await at.codex.resumeThread(thread.id, direct).run('And now?')

  const records = await at.store.threads.read(thread.id)
  expect(records.filter(({ type }) => type === 'model_changed')).toEqual([
    { type: 'model_changed', turnId, from: 'main', to: 'local/b', reason: expect.stringContaining('429') },
  ])
  expect(turn).toMatchObject({ finalResponse: 'Again.', model: 'main' })
})

test('the last model’s failure is the turn’s', async () => {
  await using at = await chained([refuses(429), refuses(429), refuses(402)])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const error = await failure(thread.run('Who is there?'))

  expect(error).toMatchObject({ code: 'quota_exceeded' })
  expect(modelsAsked(at.provider)).toEqual(['a', 'b', 'c'])
})

test('a stop ends the turn and asks no other model', async () => {
  await using at = await chained([hangs()])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })
  const run = thread.run('Who is there?')
  await at.provider.nextRequest()

  await thread.interrupt()

  expect(await failure(run)).toMatchObject({ code: 'aborted' })
  expect(modelsAsked(at.provider)).toEqual(['a'])
})

test('who took over stays for the turn; the next turn begins with the first again', async () => {
  await using at = await chained([
    refuses(429),
    calls('weather', { town: 'Leeds' }),
    says('Rain.'),
    says('Still rain.'),
  ])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const first = await thread.run('Weather?')
  const second = await thread.run('And now?')

  expect(modelsAsked(at.provider)).toEqual(['a', 'b', 'b', 'a'])
  expect([first.model, second.model]).toEqual(['local/b', 'main'])
})

test('a call that came whole before the stream broke runs once, and the next model reads its output', async () => {
  await using at = await chained([
    [calls('weather', { town: 'Leeds' }), fails('server_error', 'no')],
    refuses(429),
    says('Rain.'),
  ])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const turn = await thread.run('Weather?')

  expect(turn.items.map(({ type }) => type)).toEqual(['mcp_tool_call', 'agent_message'])
  expect(modelsAsked(at.provider)).toEqual(['a', 'a', 'b'])
  expect(at.provider.requests[2]?.outputOf('weather')).toBe('rain in Leeds')
})

test('limits and tokens of the model that answers hold', async () => {
  await using at = await chained(
    [refuses(429), [says('Rain.'), uses({ input_tokens: 100, output_tokens: 1 })]],
    {
      models: {
        main: { model: 'local/a', fallback: ['cheap'], price: { input: 9, output: 9 } },
        cheap: {
          model: 'local/b',
          price: { input: 10_000, output: 0 },
          temperature: 0.25,
          limits: { maxOutputTokens: 77 },
        },
      },
    },
  )

  const turn = await at.codex.startThread({ workingDirectory: at.folder.path, ...direct }).run('Weather?')

  expect(turn.costUsd).toBe(1)
  expect(at.provider.requests[1]?.body).toMatchObject({
    model: 'b',
    temperature: 0.25,
    max_output_tokens: 77,
  })
})

const wires = ['responses', 'chat', 'messages'] as const
const pairs = wires.flatMap((from) => wires.filter((to) => to !== from).map((to) => [from, to] as const))

describe.each(pairs)('from %s to %s in the middle of a turn', (from, to) => {
  test('each call keeps its output, and what is private goes to its maker alone', async () => {
    await using folder = await tempFolder({ 'plan.md': 'tea' })
    await using first = await startProvider(
      [
        [
          thinks('I wonder.', privateOf(from)),
          calls('weather', { town: 'Leeds' }),
          calls('weather', { town: 'York' }),
        ],
        refuses(429),
        says('Welcome back.'),
      ],
      { wireApi: from },
    )
    await using second = await startProvider([says('Rain.')], { wireApi: to })
    await using codex = new Codex({
      model: 'main',
      models: { main: { model: 'one/a', fallback: ['two/b'] } },
      providers: {
        one: { baseUrl: first.url, apiKey: 'k', wireApi: from },
        two: { baseUrl: second.url, apiKey: 'k', wireApi: to },
      },
      packs,
      store: memoryStore(),
    })
    const thread = codex.startThread({ workingDirectory: folder.path, ...direct })

    const turn = await thread.run('Weather?')
    await thread.run('And now?')

    expect(turn.finalResponse).toBe('Rain.')
    const [asked] = second.requests
    expect(asked?.items.filter(({ type }) => type === 'output')).toMatchObject([
      { text: 'rain in Leeds' },
      { text: 'rain in York' },
    ])
    expect(asked?.items.map(({ type }) => type)).not.toContain('reasoning')
    expect(asked?.text).not.toMatch(/private-|"signature"/)
    expect(first.requests[2]?.texts('assistant')).toContain('Rain.')
    expect(first.requests[2]?.text).toContain('I wonder.')
    expect(first.requests[2]?.text).toMatch(from === 'messages' ? /"signature"/ : /private-0451/)
  })
})

/** A signature of Messages has to fit its text, so there the provider makes one of its own. */
function privateOf(wireApi: (typeof wires)[number]): { readonly encrypted?: string } {
  return wireApi === 'messages' ? {} : { encrypted: 'private-0451' }
}

test('a free-text tool reaches a model that takes none as a function', async () => {
  await using folder = await tempFolder({ 'plan.md': 'tea\n' })
  const patch = '*** Begin Patch\n*** Add File: cup.md\n+cup\n*** End Patch\n'
  await using first = await startProvider([refuses(429)])
  await using second = await startProvider([custom('apply_patch', patch), says('Done.')], { wireApi: 'chat' })
  await using codex = new Codex({
    model: 'main',
    models: { main: { model: 'one/a', customTools: true, fallback: ['two/b'] } },
    providers: {
      one: { baseUrl: first.url, apiKey: 'k' },
      two: { baseUrl: second.url, apiKey: 'k', wireApi: 'chat' },
    },
    store: memoryStore(),
  })
  const thread = codex.startThread({
    workingDirectory: folder.path,
    sandboxMode: 'danger-full-access',
    ...direct,
  })

  const turn = await thread.run('Make a cup.')

  expect(turn.items[0]).toMatchObject({ type: 'file_change', status: 'completed' })
  expect(JSON.stringify(first.requests[0]?.body.tools)).toContain('"custom"')
})

test('a chain whose models all speak Responses has the tools that each of them takes', async () => {
  await using at = await chained([refuses(429), says('Done.')], {
    models: {
      main: { model: 'local/a', customTools: true, fallback: ['plain'] },
      plain: { model: 'local/b' },
    },
    packs: ['core-codex'],
  })

  await at.codex.startThread({ workingDirectory: at.folder.path, ...direct }).run('Go.')

  expect(JSON.stringify(at.provider.requests.map(({ body }) => body.tools))).not.toContain('"custom"')
})

test.each<[string, CodexOptions['models'], string]>([
  ['no array', { main: { fallback: 'b' as unknown as string[] } }, 'models.main.fallback'],
  ['an empty slug', { main: { fallback: [''] } }, 'models.main.fallback'],
  ['itself', { main: { model: 'local/a', fallback: ['main'] } }, 'models.main.fallback'],
  ['one twice', { main: { model: 'local/a', fallback: ['local/b', 'local/b'] } }, 'models.main.fallback'],
  ['nobody to ask', { main: { model: 'local/a', fallback: ['far/b'] } }, 'providers.openrouter.apiKey'],
  [
    'one without tool calls',
    { main: { model: 'local/a', fallback: ['mute'] }, mute: { model: 'local/b', toolCalls: false } },
    'models.main.fallback',
  ],
])('a chain that cannot be meant is refused before anything is sent: %s', async (_, models, option) => {
  const attempt = async () => {
    await using at = await chained([], { models, env: {} })
    const run = at.codex.startThread({ workingDirectory: at.folder.path, ...direct }).run('Go.')
    await run.finally(() => expect(at.provider.requests).toHaveLength(0))
  }

  expect(await failure(attempt())).toMatchObject({ code: 'bad_option', option })
})
