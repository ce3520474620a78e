/** What is said to a turn while it runs is read, or is not taken in: nothing is lost between the two. */

import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineTool, type Thread } from '../../src/index.ts'
import { calls, says } from '../../src/testing/index.ts'
import { bench, type TestBench } from '../support/codex.ts'

const start = (at: TestBench, whenBusy: 'reject' | 'steer' = 'reject') =>
  at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct', whenBusy })

/** A pack whose tool says something to the thread that it is called in. */
function speaking(speak: () => Promise<unknown> | undefined) {
  const run = async () => {
    await speak()
    return 'spoken'
  }
  return [{ slug: 'odd', tools: [defineTool({ name: 'speak', description: 'x', input: z.object({}), run })] }]
}

test('what is steered while a program looks at the end of the turn is read before it ends', async () => {
  const stop = { type: 'command', command: 'echo > looking; cat said' } as const
  await using at = await bench([says('one'), says('two')], {
    hooks: { commands: { Stop: [{ hooks: [stop] }] } },
  })
  const thread = start(at)
  const [looking, said] = ['looking', 'said'].map((name) => path.join(at.folder.path, name))
  execFileSync('mkfifo', [looking ?? '', said ?? ''])

  const run = thread.run('go')
  // Each end of a pipe waits for the other.
  await readFile(looking ?? '')
  await thread.steer('and this')
  await writeFile(said ?? '', '')
  await readFile(looking ?? '')
  await writeFile(said ?? '', '')
  const turn = await run

  expect(turn.finalResponse).toBe('two')
  expect(at.provider.requests[1]?.texts('user').at(-1)).toBe('and this')
})

test('a turn that has ended takes nothing in: steering is refused, and a run is one of its own', async () => {
  await using at = await bench([says('one'), says('two')])
  const thread = start(at, 'steer')

  let late: Promise<unknown> | undefined
  let refused: unknown
  for await (const event of thread.run('go')) {
    if (event.type !== 'turn.completed') continue
    refused = await thread.steer('too late').catch((error: unknown) => error)
    late = thread.run('next')
  }

  expect(refused).toMatchObject({ code: 'no_active_turn' })
  expect(await late).toMatchObject({ finalResponse: 'two' })
  expect(at.provider.requests[1]?.texts('user')).not.toContain('too late')
})

test('a compaction takes nothing in: a run waits until it is over', async () => {
  await using at = await bench([says('one'), says('so far: one'), says('two')])
  const thread = start(at, 'steer')
  await thread.run('go')

  const compaction = thread.compact()
  const refused = await thread.steer('not now').catch((error: unknown) => error)
  const turn = await thread.run('next')
  await compaction

  expect(refused).toMatchObject({ code: 'no_active_turn' })
  expect(turn.finalResponse).toBe('two')
  expect(at.provider.requests[2]?.texts('user').at(-1)).toBe('next')
})

test('a picture that cannot be read costs the turn nothing, nor what else was said', async () => {
  let thread: Thread
  await using at = await bench([calls('speak'), says('seen')], {
    packs: speaking(async () => {
      await thread.steer([{ type: 'local_image', path: 'missing.png' }])
      await thread.steer('look again')
    }),
  })
  thread = start(at)

  const errors: string[] = []
  for await (const event of thread.run('go')) if (event.type === 'error') errors.push(event.message)

  expect(errors).toEqual([expect.stringMatching(/^What was steered could not be read: .*missing\.png/)])
  expect(at.provider.requests[1]?.texts('user').at(-1)).toBe('look again')
})

test('a run that joins another gets no answer of a shape that nobody asked for', async () => {
  const shape = z.object({ a: z.number() })
  let thread: Thread
  const joined: Promise<unknown>[] = []
  await using at = await bench([calls('speak'), says('{"a":1}')], {
    packs: speaking(async () => {
      for (const outputSchema of [shape, z.object({ b: z.string() })]) {
        joined.push(thread.run('also', { outputSchema }).catch((error: unknown) => error))
      }
    }),
  })
  thread = start(at, 'steer')

  await thread.run('go', { outputSchema: shape })
  const [same, other] = await Promise.all(joined)

  expect(same).toMatchObject({ output: { a: 1 } })
  expect(other).toMatchObject({ code: 'bad_option', option: 'outputSchema' })
})
