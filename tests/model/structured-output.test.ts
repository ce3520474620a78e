/** An answer of a shape, after calls of tools, from whoever is asked. */

import { expect, test } from 'vitest'
import { z } from 'zod'
import { Codex, defineTool, type WireApi } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/index.ts'
import {
  calls,
  custom,
  type ProviderRequest,
  type Step,
  says,
  startProvider,
} from '../../src/testing/index.ts'
import { tempFolder } from '../support/temp-folder.ts'

const weather = defineTool({
  name: 'weather',
  description: 'The weather of a town.',
  input: z.object({ town: z.string(), days: z.number().default(1) }),
  output: z.string(),
  effects: [],
  run: ({ town }) => `rain in ${town}`,
})
const packs = [{ slug: 'sky', namespace: 'sky', tools: [weather] }]

/** With what not every provider can be held to: a default, bounds, a pattern, what may be left out. */
const outputSchema = z.object({
  umbrella: z.boolean(),
  town: z.string().min(2).max(20),
  days: z.array(z.int().min(1)).max(3),
  note: z.string().optional(),
  unit: z.enum(['mm', 'in']).default('mm'),
})
const answer = { umbrella: true, town: 'Leeds', days: [1, 2] }

interface Endpoint {
  readonly wireApi: WireApi
  readonly profile?: 'gemini'
}

const endpoints: [string, Endpoint][] = [
  ['Responses', { wireApi: 'responses' }],
  ['Chat', { wireApi: 'chat' }],
  ['Chat as Gemini speaks it', { wireApi: 'chat', profile: 'gemini' }],
  ['Messages', { wireApi: 'messages' }],
]

async function speaking({ wireApi, profile }: Endpoint, script: readonly Step[]) {
  const folder = await tempFolder()
  const provider = await startProvider(script, { wireApi })
  const codex = new Codex({
    model: 'local/any',
    providers: { local: { baseUrl: provider.url, apiKey: 'test-key', wireApi, profile } },
    packs,
    store: memoryStore(),
  })
  return {
    codex,
    provider,
    folder,
    async [Symbol.asyncDispose]() {
      await codex.close()
      await provider[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

test.each(endpoints)('tools come first, then checked data with its defaults: %s', async (_, endpoint) => {
  await using at = await speaking(endpoint, [
    calls('sky_weather', { town: 'Leeds' }),
    says(JSON.stringify(answer)),
    says('{"umbrella":"yes"}'),
  ])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })

  const { output } = await thread.run('Umbrella?', { outputSchema })
  const misfit = await thread.run('Sure?', { outputSchema }).catch((error: unknown) => error)

  expect(output).toEqual({ ...answer, unit: 'mm' })
  const [first, second] = at.provider.requests
  expect(second?.outputOf('sky_weather')).toBe('rain in Leeds')
  expect(second?.toolNames).toEqual(['sky_weather'])
  expect(shapeAskedFor(second, endpoint)).toContain('umbrella')
  expect(shapeAskedFor(second, endpoint)).toBe(shapeAskedFor(first, endpoint))
  expect(misfit).toMatchObject({ code: 'output_schema', turn: { finalResponse: '{"umbrella":"yes"}' } })
})

/** Where the wire API says which shape is wanted. */
function shapeAskedFor(request: ProviderRequest | undefined, { wireApi, profile }: Endpoint): string {
  const { text, response_format: format, output_config: config } = request?.body ?? {}
  if (profile === 'gemini') {
    // Beside tools it is told in words, because with a format this server would call none.
    expect(format).toBeUndefined()
    return request?.texts('system').join() ?? ''
  }
  return JSON.stringify({ responses: text, chat: format, messages: config }[wireApi])
}

test.each(endpoints)('a script runs first, then comes the data: %s', async (_, endpoint) => {
  await using at = await speaking(endpoint, [
    custom('exec', "return await tools.sky.weather({ town: 'York' })"),
    says(JSON.stringify(answer)),
  ])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path })

  const { output, finalResponse } = await thread.run('Umbrella?', { outputSchema })

  expect(output).toEqual({ ...answer, unit: 'mm' })
  expect(finalResponse).toBe(JSON.stringify(answer))
  expect(at.provider.requests[1]?.outputOf('exec')).toContain('rain in York')
})

test.each(endpoints)('without tools a call gives data as well: %s', async (_, endpoint) => {
  await using at = await speaking(endpoint, [says(JSON.stringify(answer))])

  const { output } = await at.codex.chat({ prompt: 'Umbrella?', schema: outputSchema })

  expect(output).toEqual({ ...answer, unit: 'mm' })
})

const rule = z.object({ kind: z.literal('a'), note: z.string().prefault('none') })

test.each<[string, z.ZodType, string, unknown]>([
  [
    'a text that becomes a number',
    z.object({ n: z.string().pipe(z.coerce.number()) }),
    '{"n":"3"}',
    { n: 3 },
  ],
  [
    'a text that is measured',
    z.object({ n: z.string().transform(({ length }) => length) }),
    '{"n":"abc"}',
    { n: 3 },
  ],
  ['a default that is checked', rule, '{"kind":"a"}', { kind: 'a', note: 'none' }],
])('the model is told what a schema takes, not what comes of it: %s', async (_, schema, said, output) => {
  await using at = await speaking({ wireApi: 'responses' }, [says(said)])

  const answer = await at.codex.chat({ prompt: 'Go.', schema })

  expect(answer.output).toEqual(output)
  const told = JSON.stringify(at.provider.requests[0]?.body.text)
  expect(told).toContain('"type":"string"')
  expect(told).not.toContain('"number"')
})

test.each<[string, z.ZodType, string]>([
  ['a list', z.array(z.string()), '["a"]'],
  ['a choice', z.union([rule, z.object({ kind: z.literal('b') })]), '{"kind":"b"}'],
  ['a choice by a field', z.object({ is: z.discriminatedUnion('kind', [rule]) }), '{"is":{"kind":"a"}}'],
  ['a pair', z.object({ at: z.tuple([z.number(), z.number()]) }), '{"at":[1,2]}'],
])('what no provider takes as strict is asked for without: %s', async (_, schema, said) => {
  for (const wireApi of ['responses', 'chat'] as const) {
    await using at = await speaking({ wireApi }, [says(said)])

    await at.codex.chat({ prompt: 'Go.', schema })

    const { text, response_format: format } = at.provider.requests[0]?.body ?? {}
    expect(JSON.stringify(text ?? format)).toContain('"strict":false')
  }
})

test('a JSON Schema that leads nowhere is refused before anything is asked', async () => {
  await using at = await speaking({ wireApi: 'responses' }, [])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path })

  const error = await thread
    .run('Go.', { outputSchema: { $ref: '#/$defs/none' } })
    .catch((caught: unknown) => caught)

  expect(error).toMatchObject({ code: 'bad_option', option: 'outputSchema' })
  expect(at.provider.requests).toHaveLength(0)
})
