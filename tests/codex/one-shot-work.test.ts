/** Work in wake-ups: each without a past, with three files between them. */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { calls, cutsAfter, type Step, says } from '../../src/testing/index.ts'
import { bench, type TestBench } from '../support/codex.ts'

const files = { 'spec.md': 'Paint the fence.\n', 'tasks.md': '- [ ] buy paint\n' }
const work = { specification: 'spec.md', tasks: 'tasks.md', log: 'log.md' }
const log = (entry: string) => calls('append_log', { entry })
const finish = (status: string, note: string) => calls('finish', { status, note })

async function at(...script: Step[]): Promise<TestBench> {
  return await bench(script, { files })
}
const options = ({ folder }: TestBench) => ({
  ...work,
  workingDirectory: folder.path,
  toolMode: 'direct' as const,
})
const logOf = ({ folder }: TestBench) => readFile(path.join(folder.path, 'log.md'), 'utf8')

test('three wake-ups, each of which sees only its own turn and the files', async () => {
  await using bench = await at(
    [log('bought paint')],
    says('first over'),
    [log('painted one side')],
    says('second over'),
    [log('painted the other'), finish('done', 'The fence is blue.')],
    says('third over'),
  )

  const result = await bench.codex.runOneShot(options(bench))

  expect(result).toMatchObject({ status: 'done', note: 'The fence is blue.' })
  expect(result.turns.map(({ finalResponse }) => finalResponse)).toEqual([
    'first over',
    'second over',
    'third over',
  ])
  expect(await logOf(bench)).toBe('bought paint\npainted one side\npainted the other\n')
  const third = bench.provider.requests[4]?.text ?? ''
  expect(third).not.toContain('first over')
  expect(third).not.toContain('bought paint')
  expect(third).toContain('environment_context')
  expect(third).toContain('spec.md')
})

test('a wake-up that breaks ends the call, and the same call goes on from the log', async () => {
  await using bench = await at(
    [log('bought paint'), log('went home')],
    cutsAfter(1),
    cutsAfter(1),
    [log('painted'), finish('done', 'ready')],
    says('over'),
  )

  const broken = await bench.codex.runOneShot(options(bench)).catch((error: unknown) => error)
  const result = await bench.codex.runOneShot(options(bench))

  expect(broken).toMatchObject({ code: 'stream_interrupted' })
  expect(result.status).toBe('done')
  expect(await logOf(bench)).toBe('bought paint\nwent home\npainted\n')
})

test('a log that did not move sends the investigator, and then the work goes on', async () => {
  await using bench = await at(
    says('I was distracted'),
    [log('the last wake-up did nothing')],
    says('found out'),
    [finish('needs-feedback', 'Which colour?')],
    says('over'),
  )

  const result = await bench.codex.runOneShot(options(bench))

  expect(result).toMatchObject({ status: 'needs-feedback', note: 'Which colour?' })
  expect(bench.provider.requests[1]?.text).toContain('find out why')
  expect(bench.provider.requests[1]?.text).toContain('I was distracted')
  expect(bench.provider.requests[3]?.text).not.toContain('find out why')
})

test('an investigator who leaves no word either ends it', async () => {
  await using bench = await at(says('hm'), says('hm again'))

  expect((await bench.codex.runOneShot(options(bench))).status).toBe('stale')
})

test('the number of wake-ups is bounded', async () => {
  await using bench = await at([log('1')], says('a'), [log('2')], says('b'))

  const result = await bench.codex.runOneShot({ ...options(bench), turnsMax: 2 })

  expect(result.status).toBe('turns-max')
  expect(result.turns).toHaveLength(2)
})

test.each([
  [{ specification: '' }, /specification: must be a non-empty string/],
  [{ tasks: 'nowhere.md' }, /tasks: .*nowhere.md does not exist/],
  [{ turnsMax: 0 }, /turnsMax: must be a whole number/],
])('%o is refused before anything runs', async (wrong, message) => {
  await using bench = await at()

  await expect(bench.codex.runOneShot({ ...options(bench), ...wrong })).rejects.toThrow(message)
  expect(bench.provider.requests).toHaveLength(0)
})

test('a signal stops the wake-up that runs', async () => {
  await using bench = await at(says('never'))

  const stopped = await bench.codex
    .runOneShot({ ...options(bench), signal: AbortSignal.abort() })
    .catch((error: unknown) => error)

  expect(stopped).toMatchObject({ name: 'AbortError' })
})
