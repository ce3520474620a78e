/** What users of other libraries suffer when a turn is stopped, or its host goes away. */

import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineTool } from '../../src/index.ts'
import { calls, says, stalls } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'

const WIRES = ['responses', 'chat', 'messages'] as const
const direct = { toolMode: 'direct' } as const

/** A tool that says when it began, and what it does with its signal. */
function waiting(onSignal: (signal: AbortSignal) => Promise<string>) {
  const { promise: began, resolve } = Promise.withResolvers<void>()
  const tool = defineTool({
    name: 'wait',
    description: 'Waits.',
    input: z.object({}),
    effects: [],
    run: (_, { signal }) => {
      resolve()
      return onSignal(signal)
    },
  })
  return { began, packs: [{ slug: 'waiting', tools: [tool] }] }
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

test.each(WIRES)(
  'pain 1: %s: a call that was stopped has its output before the run is over, and the next request is valid',
  async (wireApi) => {
    const { began, packs } = waiting(untilAborted)
    await using at = await bench([[calls('wait', {}), calls('wait', {})], says('fine')], {
      packs,
      provider: { wireApi },
    })
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

    const run = thread.run('go')
    await began
    await thread.interrupt()
    await run.catch(() => {})
    const records = await at.store.threads.read(thread.id)
    await thread.run('go on')

    const items = records.flatMap((record) => (record.type === 'response_item' ? [record.item] : []))
    const outputs = items.flatMap((item) => (item.type === 'function_call_output' ? [item.output] : []))
    expect(outputs).toEqual([expect.stringMatching(/^aborted/), expect.stringMatching(/^aborted/)])
    const sent = at.provider.requests[1]?.items.filter(({ type }) => type === 'output')
    expect(sent).toHaveLength(2)
  },
)

test.each(WIRES)(
  'pain 6: %s: of a turn that was stopped, its words stay in the conversation, and what was used is told',
  async (wireApi) => {
    await using at = await bench(
      [calls('update_plan', { plan: [] }), [says('Half a sentence and its rest'), stalls(6)], says('fine')],
      { provider: { wireApi } },
    )
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

    let spoken = ''
    const error = await (async () => {
      for await (const event of thread.run('go')) {
        if (event.type !== 'item.delta' || event.item_type !== 'agent_message') continue
        spoken += event.delta
        void thread.interrupt()
      }
    })().catch((caught: unknown) => caught)
    await thread.run('go on')

    expect(error).toMatchObject({
      code: 'aborted',
      turn: { finalResponse: expect.stringContaining(spoken), usage: { input_tokens: expect.any(Number) } },
    })
    expect(thread.usage.input_tokens).toBeGreaterThan(0)
    expect(spoken).not.toBe('')
    expect(at.provider.requests[2]?.texts('assistant').join()).toContain(spoken)
  },
)

test.each(WIRES)(
  'pain 9: %s: leaving the loop closes the socket, and asks for nothing more',
  async (wireApi) => {
    await using at = await bench(
      [[says('A long story about many things'), stalls(6)], says('never asked for')],
      {
        provider: { wireApi },
      },
    )
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

    for await (const event of thread.run('go')) if (event.type === 'item.delta') break

    expect(await at.provider.closed(0)).toBe('client')
    await thread.close()
    expect(at.provider.requests).toHaveLength(1)
  },
)

test('pain 10: the signal of a run reaches its tools', async () => {
  const { began, packs } = waiting(untilAborted)
  await using at = await bench([calls('wait', {}), says('fine')], { packs })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })
  const controller = new AbortController()

  const run = thread.run('go', { signal: controller.signal })
  await began
  controller.abort()
  await run.catch(() => {})
  await thread.run('go on')

  expect(at.provider.requests[1]?.outputOf('wait')).toBe('aborted')
})

test('pain 10: of a tool that does not answer the stop the model is told that it may still be running', async () => {
  const { promise: late, resolve: end } = Promise.withResolvers<string>()
  const { began, packs } = waiting(() => late)
  await using at = await bench([calls('wait', {}), says('fine')], { packs })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const run = thread.run('go')
  await began
  await thread.interrupt()
  await run.catch(() => {})
  await thread.run('go on')
  end('too late')

  expect(at.provider.requests[1]?.outputOf('wait')).toMatch(/^aborted; .*may still be running/)
})

test('pain 11: turns with calls leave no listener on the signal they share, and cause no warning', async () => {
  const warnings: Error[] = []
  const listen = (warning: Error) => warnings.push(warning)
  process.on('warning', listen)
  await using at = await bench([calls('update_plan', { plan: [] }), says('ok')], {
    provider: { whenScriptEnds: 'repeat' },
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })
  const { signal } = new AbortController()

  // Node warns from the eleventh listener on.
  for (let turn = 0; turn < 12; turn += 1) await thread.run('go', { signal })
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', listen)

  expect(getEventListeners(signal, 'abort')).toEqual([])
  expect(warnings).toEqual([])
})
