/** What users of other libraries suffer from tools: arguments, schemas, approvals, outputs. */

import { expect, test } from 'vitest'
import { z } from 'zod'
import { type AnyTool, defineTool } from '../../src/index.ts'
import { calls, type ProviderRequest, says } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'

const WIRES = ['responses', 'chat', 'messages'] as const
const direct = { toolMode: 'direct' } as const

function packOf(...tools: AnyTool[]) {
  return [{ slug: 'house', tools }]
}

test.each(WIRES)(
  'pain 13: %s: bad JSON is answered, and the tool does not run, though it needs no argument',
  async (wireApi) => {
    let ran = 0
    const note = defineTool({
      name: 'note',
      description: 'Notes.',
      input: z.object({ text: z.string().optional(), times: z.number().optional() }),
      effects: [],
      run: () => {
        ran += 1
        return 'noted'
      },
    })
    await using at = await bench(
      [calls('note', '{"text": "a'), calls('note', '[1]'), calls('note', { times: '3' }), says('done')],
      { packs: packOf(note), provider: { wireApi, strict: false } },
    )
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

    const turn = await thread.run('go')

    expect(turn.finalResponse).toBe('done')
    expect(ran).toBe(0)
    const outputs = at.provider.requests.slice(1).map((request) => request.outputOf('note'))
    expect(outputs[0]).toMatch(/^failed to parse function arguments: /)
    for (const output of outputs.slice(1)) expect(output).toMatch(/do not fit.*JSON Schema: \{.*times/s)
  },
)

const everything = z.object({
  must: z.string(),
  may: z.string().optional(),
  withDefault: z.number().default(3),
  nothing: z.string().nullable(),
  either: z.union([z.object({ kind: z.literal('a'), a: z.string() }), z.object({ kind: z.literal('b') })]),
  several: z.array(z.object({ name: z.string(), note: z.string().optional() })),
  empty: z.object({}),
  anything: z.record(z.string(), z.number()),
})

function toolNames(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(toolNames)
  if (typeof value !== 'object' || value === null) return []
  const { properties } = value as { properties?: object }
  return [...Object.keys(properties ?? {}), ...Object.values(value).flatMap(toolNames)]
}

test.each(WIRES)('pain 14: %s: no member of a schema is lost, and none becomes required', async (wireApi) => {
  let got: unknown
  const sort = defineTool({
    name: 'sort',
    description: 'Sorts.',
    input: everything,
    effects: [],
    run: (input) => {
      got = input
      return 'sorted'
    },
  })
  const least = {
    ...{ must: 'm', nothing: null, either: { kind: 'b' } },
    ...{ several: [{ name: 'n' }], empty: {}, anything: { one: 1 } },
  }
  await using at = await bench([calls('sort', least), says('done')], {
    packs: packOf(sort),
    provider: { wireApi },
  })

  await at.codex.startThread({ workingDirectory: at.folder.path, ...direct }).run('go')

  const [tool] = (at.provider.requests[0]?.body.tools ?? []) as Record<string, unknown>[]
  const names = new Set(toolNames(tool))
  const expected = ['must', 'may', 'withDefault', 'nothing', 'either', 'several', 'empty', 'anything']
  for (const name of [...expected, 'kind', 'a', 'name', 'note']) expect(names).toContain(name)
  expect(JSON.stringify(tool)).toMatch(
    /"required":\["must","nothing","either","several","empty","anything"\]/,
  )
  expect(JSON.stringify(tool)).not.toContain('"strict":true')
  expect(got).toEqual({ ...least, withDefault: 3 })
})

test('pain 14: a schema that JSON Schema cannot say is refused at the first run, with its place', async () => {
  const when = defineTool({
    name: 'when',
    description: 'Tells when.',
    input: z.object({ at: z.object({ day: z.date() }) }),
    effects: [],
    run: () => 'then',
  })
  await using at = await bench([], { packs: packOf(when) })

  const error = await at.codex
    .startThread({ workingDirectory: at.folder.path, ...direct })
    .run('go')
    .catch((caught: unknown) => caught)

  expect(error).toMatchObject({
    name: 'OptionError',
    message: expect.stringMatching(/house, tool when, input/),
  })
})

test('pain 15: a schema of another library, or of another zod, is taken by its shape', async () => {
  const seen: unknown[] = []
  const foreign = {
    '~standard': {
      version: 1 as const,
      vendor: 'homemade',
      validate: (value: unknown) =>
        typeof value === 'object' && value !== null && 'town' in value
          ? { value: { town: String(value.town).toUpperCase() } }
          : { issues: [{ message: 'a town is needed', path: ['town'] }] },
      jsonSchema: {
        input: () => ({ type: 'object', properties: { town: { type: 'string' } }, required: ['town'] }),
        output: () => ({ type: 'object' }),
      },
    },
  }
  const weather = defineTool({
    name: 'weather',
    description: 'The weather.',
    input: foreign,
    effects: [],
    run: (input) => {
      seen.push(input)
      return 'rain'
    },
  })
  await using at = await bench([calls('weather', { town: 'Leeds' }), calls('weather', {}), says('done')], {
    packs: packOf(weather),
  })

  await at.codex.startThread({ workingDirectory: at.folder.path, ...direct }).run('go')

  expect(seen).toEqual([{ town: 'LEEDS' }])
  expect(at.provider.requests[2]?.outputOf('weather')).toContain('a town is needed')
})

test('pain 17: each of several calls has a decision of its own, and no answer is a no', async () => {
  const refunded: string[] = []
  const refund = defineTool({
    name: 'refund',
    description: 'Refunds.',
    input: z.object({ order: z.string() }),
    effects: ['external'],
    parallel: true,
    needsApproval: true,
    run: ({ order }) => {
      refunded.push(order)
      return `refunded ${order}`
    },
  })
  const order = (name: string) => calls('refund', { order: name }, { callId: name })
  await using at = await bench([[order('a'), order('b'), order('c')], says('done')], {
    packs: packOf(refund),
    approve: async ({ input }) => {
      const { order: asked } = input as { order: string }
      if (asked === 'c') throw new Error('offline')
      return { decision: asked === 'a' ? 'approved' : 'denied' }
    },
  })

  await at.codex.startThread({ workingDirectory: at.folder.path, ...direct }).run('go')

  expect(refunded).toEqual(['a'])
  const answers = ['a', 'b', 'c'].map((id) => at.provider.requests[1]?.outputOfCall(id))
  expect(answers).toEqual([
    'refunded a',
    expect.stringContaining('denied'),
    expect.stringContaining('offline'),
  ])
})

test.each(WIRES)(
  'pain 20: %s: an output of any tool is cut in its middle, and can be read whole',
  async (wireApi) => {
    const text = Array.from({ length: 200_000 }, (_, line) => `line ${line}`).join('\n')
    const dump = defineTool({
      name: 'dump',
      description: 'Dumps.',
      input: z.object({}),
      effects: [],
      run: () => text,
    })
    const keyIn = (output = '') => /kept as document (\w+)\./.exec(output)?.[1] ?? ''
    const middle = (request: ProviderRequest) =>
      calls('fc_get', {
        fileKey: keyIn(request.outputOf('dump')),
        offset: text.indexOf('line 100000\n'),
        limit: 64,
      })
    await using at = await bench([calls('dump', {}), middle, says('done')], {
      packs: ['file-cabinet', ...packOf(dump)],
      provider: { wireApi },
    })
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

    await thread.run('go')

    const output = at.provider.requests[1]?.outputOf('dump') ?? ''
    expect(output.length).toBeLessThan(20_000)
    expect(output).toMatch(/^Warning: truncated output .*line 0\n.*truncated….*line 199999\n/s)
    expect(at.provider.requests[2]?.outputOf('fc_get')).toContain('line 100000')
  },
)
