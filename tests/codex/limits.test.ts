/** Where a host lets a turn stop: what it is told, and that the thread goes on. */

import { expect, test } from 'vitest'
import { type CodexOptions, OptionError, type TurnLimitError } from '../../src/index.ts'
import { calls, cutsAfter, type Step, says, stalls, uses } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'

const direct = { toolMode: 'direct', sandboxMode: 'danger-full-access' } as const
const files = { 'a.txt': 'content of a\n' }
const READ = calls('read_file', { file_path: 'a.txt' })
const USED = uses({ input_tokens: 1_000, output_tokens: 100 })
/** A response of `USED` costs 0.003 US dollars. */
const models = { priced: { model: 'local/any', price: { input: 2, output: 10 } } }

const caught = (promise: PromiseLike<unknown>) =>
  Promise.resolve(promise).then(
    () => expect.unreachable('the run should have failed'),
    (error: unknown) => error as TurnLimitError,
  )

test.each<[name: string, CodexOptions, script: Step[], steps: number]>([
  ['stepsMax', { limits: { stepsMax: 2 } }, [READ, READ], 2],
  [
    'tokensMax',
    { limits: { tokensMax: 2_000 } },
    [
      [READ, USED],
      [READ, USED],
    ],
    2,
  ],
  [
    'costUsdMax',
    { limits: { costUsdMax: 0.005 }, models, model: 'priced' },
    [
      [READ, USED],
      [READ, USED],
    ],
    2,
  ],
  ['wallMs', { limits: { wallMs: 300 } }, [[says('Let me think'), stalls(5)]], 1],
])(
  '%s ends the turn with an error that carries it, and the thread goes on',
  async (name, options, script, steps) => {
    await using at = await bench([...script, says('on we go')], { ...options, files })
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

    const error = await caught(thread.run('go'))
    const turn = await thread.run('go on')

    expect(error).toMatchObject({
      code: 'turn_limit',
      limit: name,
      turn: { threadId: thread.id, steps },
      message: expect.stringContaining(`limits.${name}`),
    })
    expect(turn.finalResponse).toBe('on we go')
    // The provider refuses calls without outputs; here they are all the same.
    const items = at.provider.requests.at(-1)?.items ?? []
    const ids = (type: string) =>
      items.flatMap((item) => (item.type === type && 'callId' in item ? [item.callId] : []))
    expect(ids('output')).toEqual(ids('call'))
  },
)

test('a turn that comes to its end is not failed by what it cost', async () => {
  await using at = await bench([[says('dear'), uses({ input_tokens: 9_000_000 })]], {
    limits: { costUsdMax: 0.01, tokensMax: 10 },
    models,
    model: 'priced',
  })

  const turn = await at.codex.startThread(direct).run('go')

  expect(turn).toMatchObject({ finalResponse: 'dear', costUsd: expect.closeTo(18, 2) })
})

test('a response that broke off counts for the limit by the price', async () => {
  await using at = await bench(
    [[says('half'), uses({ input_tokens: 900_000 }), cutsAfter(3)], [READ, USED], says('never asked for')],
    { limits: { costUsdMax: 1 }, models, model: 'priced', files, provider: { wireApi: 'messages' } },
  )
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const error = await caught(thread.run('go'))

  expect(error).toMatchObject({ limit: 'costUsdMax' })
  expect(at.provider.requests).toHaveLength(2)
})

test('what a summary costs counts, too', async () => {
  await using at = await bench(
    [
      [READ, uses({ input_tokens: 1_000, output_tokens: 100 })],
      [says('a summary'), uses({ input_tokens: 1_000_000 })],
      [READ, USED],
    ],
    {
      limits: { costUsdMax: 1 },
      models: { priced: { ...models.priced, limits: { autoCompactTokenLimit: 1_000 } } },
      model: 'priced',
      files,
    },
  )

  const error = await caught(at.codex.startThread({ workingDirectory: at.folder.path, ...direct }).run('go'))

  expect(error).toMatchObject({ limit: 'costUsdMax', turn: { steps: 2 } })
})

test('a limit on the cost of a model without a price is refused before anything is asked', async () => {
  await using at = await bench([says('ok')], { limits: { costUsdMax: 1 } })

  const error = await caught(at.codex.startThread(direct).run('go'))

  expect(error).toBeInstanceOf(OptionError)
  expect(error).toMatchObject({
    option: 'limits.costUsdMax',
    message: expect.stringContaining('models["local/any"]'),
  })
  expect(at.provider.requests).toEqual([])
})

test('so is one on the cost of a model that may take over', async () => {
  await using at = await bench([says('ok')], {
    limits: { costUsdMax: 1 },
    models: {
      main: { provider: 'local', model: 'a', price: { input: 1, output: 1 }, fallback: ['local/b'] },
    },
  })

  const error = await caught(at.codex.startThread({ ...direct, model: 'main' }).run('go'))

  expect(error).toMatchObject({
    option: 'limits.costUsdMax',
    message: expect.stringContaining('models["local/b"]'),
  })
  expect(at.provider.requests).toEqual([])
})

test('over Chat a provider may name the cost; where it does not, the turn goes no further', async () => {
  await using at = await bench([READ, says('never asked for')], {
    limits: { costUsdMax: 1 },
    files,
    provider: { wireApi: 'chat' },
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const error = await caught(thread.run('go'))

  expect(error).toMatchObject({ option: 'limits.costUsdMax' })
  expect(at.provider.requests).toHaveLength(1)
})

test.each([0, -1, Number.NaN, '1'])('a limit of %j dollars is refused', (costUsdMax) => {
  const make = async () => await bench([], { limits: { costUsdMax: costUsdMax as number } })

  return expect(make()).rejects.toMatchObject({ option: 'limits.costUsdMax' })
})
