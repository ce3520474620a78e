/** Tasks: calls that a script starts and does not wait for. */

import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineTool, type Pack } from '../../src/index.ts'
import { calls, says } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'

/** A tool that ends when the test says so. */
function oven() {
  const finished = Promise.withResolvers<string>()
  const started = Promise.withResolvers<void>()
  let isAborted = false
  const pack: Pack = {
    slug: 'oven',
    tools: [
      defineTool({
        name: 'bake',
        description: 'Bakes.',
        input: z.object({ what: z.string() }),
        positional: ['what'],
        parallel: true,
        async run({ what }, { signal }) {
          started.resolve()
          signal.addEventListener('abort', () => {
            isAborted = true
            finished.reject(signal.reason)
          })
          return `${what}: ${await finished.promise}`
        },
      }),
    ],
  }
  return { pack, finished, started: started.promise, isAborted: () => isAborted }
}

const script = (source: string) => calls('exec', { source })

test('a task outlives its script and its turn, and its end is told at the next step', async () => {
  const { pack, finished } = oven()
  await using at = await bench(
    [
      script(`const task = tools.spawn.bake('bread'); return [task.id, (await tools.spawn.list()).length]`),
      says('It is in the oven.'),
      script(`return (await tools.spawn.list())[0].state`),
      script(`const [{ id }] = await tools.spawn.list(); return await tools.spawn.get(id)`),
      says('It is done.'),
    ],
    { packs: [pack] },
  )
  const thread = at.codex.startThread()

  const first = await thread.run('Bake')
  let isOpened = false
  for await (const event of thread.run('And?')) {
    if (event.type !== 'item.completed' || event.item.type !== 'script' || isOpened) continue
    isOpened = true
    finished.resolve('crisp')
  }

  expect(first.finalResponse).toBe('It is in the oven.')
  expect(String(at.provider.requests[1]?.outputOf('exec'))).toMatch(/task_\S+_?1/)
  const [, , , afterFirst, last] = at.provider.requests
  expect(String(afterFirst?.outputOf('exec'))).toContain('running')
  expect(last?.text).toMatch(/Task task_\S+ \(tools\.bake\) is done: bread: crisp/)
  expect(last?.text).toContain('bread: crisp')
})

test('a script can await its task, and a failure is an error like any other', async () => {
  const { pack, finished } = oven()
  finished.reject(new Error('burnt'))
  finished.promise.catch(() => {})
  await using at = await bench(
    [script(`return await tools.spawn.bake('bread').done.catch((error) => error.message)`), says('done')],
    { packs: [pack] },
  )

  await at.codex.startThread().run('Bake')

  expect(String(at.provider.requests[1]?.outputOf('exec'))).toContain('burnt')
})

test('a task can be cancelled, by its id or by itself', async () => {
  const { pack } = oven()
  await using at = await bench(
    [
      script(`const task = tools.spawn.bake('bread')
        const state = await tools.spawn.cancel(task)
        return [state.state, await tools.spawn.get('nothing').catch((error) => error.message)]`),
      says('done'),
    ],
    { packs: [pack] },
  )

  await at.codex.startThread().run('Bake')

  const output = String(at.provider.requests[1]?.outputOf('exec'))
  expect(output).toContain('cancelled')
  expect(output).toContain('There is no task nothing')
})

test('an interrupted turn leaves its tasks, and a closed thread does not', async () => {
  const { pack, started, isAborted } = oven()
  await using at = await bench(
    [script(`tools.spawn.bake('bread'); await new Promise((resolve) => setTimeout(resolve, 60_000))`)],
    { packs: [pack] },
  )
  const thread = at.codex.startThread()
  const run = thread.run('Bake')
  await started

  await thread.interrupt()
  const wasAborted = isAborted()
  await thread.close()

  await expect(run).rejects.toMatchObject({ name: 'AbortError' })
  expect(wasAborted).toBe(false)
  expect(isAborted()).toBe(true)
})

test('their number is bounded', async () => {
  const { pack } = oven()
  await using at = await bench(
    [
      script(`tools.spawn.bake('a')
        return await tools.spawn.bake('b').done.catch((error) => error.message)`),
      says('done'),
    ],
    { packs: [pack], limits: { script: { tasksMax: 1 } } },
  )

  await at.codex.startThread().run('Bake')

  expect(String(at.provider.requests[1]?.outputOf('exec'))).toMatch(/tasks|limit-tasks/)
})
