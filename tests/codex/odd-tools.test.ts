/** Tools that give back what nobody expects: the turn goes on, and everything stays readable. */

import { expect, test } from 'vitest'
import { z } from 'zod'
import { type AnyTool, Codex, defineTool, type ThreadEvent } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/index.ts'
import { calls, hangs, says } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'

const circle: Record<string, unknown> = { name: 'round' }
circle.self = circle

const giving = (run: AnyTool['run'], more: Partial<AnyTool> = {}) => [
  {
    slug: 'odd',
    tools: [{ ...defineTool({ name: 'odd', description: 'x', input: z.object({}), run }), ...more }],
  },
]

test.each<[string, AnyTool['run'], RegExp]>([
  ['a big integer', () => ({ n: 10n }), /10n/],
  ['a circle', () => circle, /circular/],
  [
    'what throws when it is read',
    () => ({
      toJSON: () => {
        throw new Error('no')
      },
    }),
    /\{/,
  ],
  ['a function', () => () => 1, /a function is no data/],
  ['nothing', () => undefined, /^null$/],
  ['a thrown string', () => Promise.reject('just text'), /^just text$/],
])('%s, called directly', async (_, run, output) => {
  await using at = await bench([calls('odd'), says('done')], { packs: giving(run) })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })

  const events: ThreadEvent[] = []
  for await (const event of thread.run('go')) events.push(event)

  expect(at.provider.requests[1]?.outputOf('odd')).toMatch(output)
  expect(() => JSON.stringify(events)).not.toThrow()
})

test('half a character, from a tool or a host, is not sent: the thread would be refused from then on', async () => {
  await using at = await bench([calls('odd'), says('done')], { packs: giving(() => 'cut here \ud83d') })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })

  await thread.run('and \udca9 here')

  expect(at.provider.requests[1]?.outputOf('odd')).toBe('cut here \ufffd')
  expect(at.provider.requests[1]?.text).not.toMatch(/\\ud[89a-f]/i)
})

test.each<[string, AnyTool['run']]>([
  ['a big integer', () => ({ n: 10n })],
  ['a circle', () => circle],
])('%s, called from a script', async (_, run) => {
  const source =
    "try { return typeof (await tools.odd()) } catch (error) { return 'refused: ' + error.message }"
  await using at = await bench([calls('exec', { source }), says('done')], { packs: giving(run) })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path })

  const turn = await thread.run('go')

  expect(turn.finalResponse).toBe('done')
  expect(at.provider.requests[1]?.outputOf('exec')).toMatch(/object|refused: /)
})

test('a result that cannot be rendered says so', async () => {
  const render = () => {
    throw new Error('no words')
  }
  await using at = await bench([calls('odd'), says('done')], { packs: giving(() => 1, { render }) })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })

  await thread.run('go')

  expect(at.provider.requests[1]?.outputOf('odd')).toMatch(/odd ran, but .* no words/)
})

test('a tool that changes its input changes no event', async () => {
  const tool = defineTool({
    name: 'greedy',
    description: 'x',
    input: z.object({ list: z.array(z.string()) }),
    run: (input) => {
      input.list.push('more')
      return 'ok'
    },
  })
  await using at = await bench([calls('greedy', { list: ['one'] }), says('done')], {
    packs: [{ slug: 'odd', tools: [tool] }],
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })

  const turn = await thread.run('go')

  expect(turn.items[0]).toMatchObject({ arguments: { list: ['one'] } })
})

test('what an approver changes in the request does not run', async () => {
  const tool = defineTool({
    name: 'pay',
    description: 'x',
    input: z.object({ cents: z.number() }),
    needsApproval: true,
    run: ({ cents }) => `paid ${cents}`,
  })
  await using at = await bench([calls('pay', { cents: 5 }), says('done')], {
    packs: [{ slug: 'odd', tools: [tool] }],
    approve: ({ input }) => {
      Object.assign(input as object, { cents: 'all of it' })
      return { decision: 'approved' }
    },
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })

  await thread.run('go')

  expect(at.provider.requests[1]?.outputOf('pay')).toBe('paid 5')
})

test('a tool without properties is declared as providers ask for', async () => {
  await using at = await bench([calls('odd'), says('done')], {
    packs: giving(() => 'fine', { input: { type: 'object' } }),
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })

  await thread.run('go')

  expect(at.provider.requests[1]?.outputOf('odd')).toBe('fine')
})

test('a JSON Schema that cannot be checked is refused by the first run, with its place', async () => {
  const input = { type: 'object', properties: { a: { $ref: '#/nowhere' } } }
  const codex = new Codex({
    model: 'local/any',
    providers: { local: { baseUrl: 'http://127.0.0.1:9' } },
    store: memoryStore(),
    packs: giving(() => 1, { input }),
  })

  const error = await codex
    .startThread()
    .run('go')
    .catch((caught: unknown) => caught)

  expect(error).toMatchObject({ code: 'bad_option', option: 'pack odd, tool odd, input' })
})

test('a queued run that is stopped ends at once, and those behind it keep their place', async () => {
  await using at = await bench([hangs(), says('third')])
  const thread = at.codex.startThread({
    workingDirectory: at.folder.path,
    toolMode: 'direct',
    whenBusy: 'queue',
  })
  const controller = new AbortController()

  const first = thread.run('first')
  await at.provider.nextRequest()
  const second = thread.run('second', { signal: controller.signal })
  const third = thread.run('third')
  controller.abort()
  const stopped = await second.catch((caught: unknown) => caught)
  await thread.interrupt()
  await first.catch(() => {})

  expect(stopped).toMatchObject({ name: 'AbortError', turn: { steps: 0 } })
  expect((await third).finalResponse).toBe('third')
  expect(at.provider.requests[1]?.texts('user')).not.toContain('second')
})

test('what was steered into a turn that is then stopped stays in the conversation', async () => {
  await using at = await bench([hangs(), says('done')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })

  const run = thread.run('first')
  await at.provider.nextRequest()
  await thread.steer('use pnpm')
  await thread.interrupt()
  await run.catch(() => {})
  await thread.run('go on')

  expect(at.provider.requests[1]?.texts('user').slice(-3)).toEqual(['first', 'use pnpm', 'go on'])
})
