/** `Codex.run`: one turn and nothing left of it. */

import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { Codex, type ThreadEvent } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/index.ts'
import { calls, hangs, says, startProvider } from '../../src/testing/index.ts'
import { tempFolder } from '../support/temp-folder.ts'

const options = (url: string, workingDirectory: string) => ({
  model: 'local/any',
  providers: { local: { baseUrl: url, apiKey: 'test-key', wireApi: 'responses' as const } },
  store: memoryStore(),
  workingDirectory,
})

test('one prompt, awaited', async () => {
  await using folder = await tempFolder()
  await using provider = await startProvider([calls('exec', { source: 'return 6 * 7' }), says('It is 42.')])

  const turn = await Codex.run('What is it?', options(provider.url, folder.path))

  expect(turn.finalResponse).toBe('It is 42.')
  expect(provider.requests[1]?.outputOf('exec')).toContain('42')
})

test('one prompt, iterated', async () => {
  await using folder = await tempFolder()
  await using provider = await startProvider([says('Hello')])

  const events: ThreadEvent[] = []
  for await (const event of Codex.run('Hi', options(provider.url, folder.path))) events.push(event)

  const types = events.map((event) => event.type).filter((type) => type !== 'item.delta')
  expect(types).toEqual(['thread.started', 'turn.started', 'item.completed', 'turn.completed'])
  expect(events.some((event) => event.type === 'item.delta')).toBe(true)
})

test('leaving the loop closes the socket', async () => {
  await using folder = await tempFolder()
  await using provider = await startProvider([hangs()])

  for await (const event of Codex.run('Hi', options(provider.url, folder.path))) {
    if (event.type !== 'turn.started') continue
    await provider.nextRequest()
    break
  }

  expect(await provider.closed(0)).toBe('client')
})

test('options that cannot be meant reject the run', async () => {
  const error = await Codex.run('Hi', { packs: ['nope'] }).catch((caught: unknown) => caught)

  expect(error).toMatchObject({ code: 'bad_option', option: 'packs' })
})

test('pain 24: a host that closes nothing ends by itself', async () => {
  await using folder = await tempFolder()
  await using provider = await startProvider([
    calls('exec', { source: "return (await tools.exec('echo hi')).stdout" }),
    says('one'),
    calls('exec_command', { cmd: 'echo hi' }),
    says('two'),
  ])
  const program = path.join(import.meta.dirname, '../fixtures/unclosed-host.ts')

  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, provider.url, folder.path])

  expect(stdout).toBe('one\ntwo\n')
  expect(stderr).toBe('')
})
