/** Many turns on one signal of the host's, which is left as it was found. */

import { getEventListeners } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { defineTool } from '../../src/index.ts'
import { calls, says } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'

const TURNS = 400

/** Whatever the process warns of from here on, such as too many listeners. */
function warnings(): readonly string[] {
  const heard: string[] = []
  const hear = (warning: Error) => heard.push(String(warning))
  process.on('warning', hear)
  onTestFinished(() => void process.off('warning', hear))
  return heard
}

test(`pain 11: ${TURNS} turns on one signal leave no listener on it`, async () => {
  const listenersInside: number[] = []
  const stop = new AbortController()
  const count = () => getEventListeners(stop.signal, 'abort').length
  const look = defineTool({
    name: 'look',
    description: 'Looks.',
    input: z.object({}),
    parallel: true,
    run(_, { signal }) {
      listenersInside.push(getEventListeners(signal, 'abort').length)
      return 'seen'
    },
  })
  const heard = warnings()
  const twoCalls = [calls('look'), calls('look')]
  await using at = await bench([twoCalls, says('done')], {
    packs: [{ slug: 'eyes', tools: [look] }],
    provider: { whenScriptEnds: 'repeat' },
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })
  const before = count()

  for (let turn = 0; turn < TURNS; turn += 1) {
    const run = thread.run(`Look, for the ${turn}th time`, { signal: stop.signal })
    // Half of them are read, half of them awaited.
    if (turn % 2 === 0) for await (const _ of run);
    await run
    if (turn === 0) expect(count()).toBe(before)
  }

  expect(count()).toBe(before)
  // The signal of a call: as many listeners at the end as in the first turn.
  expect(Math.max(...listenersInside)).toBe(Math.max(...listenersInside.slice(0, 2)))
  expect(heard).toEqual([])
})

test('a turn of 400 steps on one signal leaves no listener on it, with scripts among its calls', async () => {
  const stop = new AbortController()
  const heard = warnings()
  const script = calls('exec', { source: `await Promise.all([tools.look(), tools.look()]); text('seen')` })
  const steps = Array.from({ length: 400 }, (_, step) => (step % 20 === 0 ? script : calls('look')))
  let listenersMax = 0
  const look = defineTool({
    name: 'look',
    description: 'Looks.',
    input: z.object({}),
    parallel: true,
    run(_, { signal }) {
      listenersMax = Math.max(listenersMax, getEventListeners(signal, 'abort').length)
      return 'seen'
    },
  })
  await using at = await bench([...steps, says('done')], {
    packs: [{ slug: 'eyes', tools: [look] }],
    limits: { stepsMax: 1_000 },
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'mixed' })

  await thread.run('Look often', { signal: stop.signal })

  expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0)
  // Some for the turn, the request and the calls of one step; not some for each step.
  expect(listenersMax).toBeLessThan(10)
  expect(heard).toEqual([])
})

test(`${TURNS} turns that are stopped by their signal leave no listener on a thread's other signals`, async () => {
  const heard = warnings()
  const kept = new AbortController()
  await using at = await bench([], {
    provider: { whenScriptEnds: says('done') },
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })

  for (let turn = 0; turn < TURNS; turn += 1) {
    const signal = AbortSignal.any([kept.signal, AbortSignal.abort()])
    await expect(thread.run('Never mind', { signal })).rejects.toThrow()
    if (turn % 40 === 0) await thread.run('Go on', { signal: kept.signal })
  }

  expect(getEventListeners(kept.signal, 'abort')).toHaveLength(0)
  expect(heard).toEqual([])
})
