/** `codex-ts/script`: scripts without an agent. */

import { expect, test } from 'vitest'
import { ScriptRunner, type ScriptRunnerOptions } from '../../src/script.ts'
import { hasSandbox } from '../support/confined.ts'
import { tempFolder } from '../support/temp-folder.ts'

test('a script calls packs and plain functions side by side', async () => {
  await using folder = await tempFolder({ 'notes.md': 'tea\n' })
  await using runner = new ScriptRunner({
    packs: ['core-codex'],
    tools: { math: { double: async (n: number) => n * 2 } },
    workingDirectory: folder.path,
  })

  const result = await runner.run(
    `
    const [notes, four] = await Promise.all([tools.readFile('notes.md'), tools.math.double(2)])
    return { notes: notes.text, four, who: context.who }
  `,
    { context: { who: 'ann' } },
  )

  expect(result).toMatchObject({ ok: true, value: { notes: 'tea', four: 4, who: 'ann' } })
  expect(result.calls.map(({ path, state }) => [path, state])).toEqual([
    ['readFile', 'done'],
    ['math.double', 'done'],
  ])
})

test.runIf(!hasSandbox)(
  'without a sandbox, commands are refused with the reason and the script may go on',
  async () => {
    await using runner = new ScriptRunner({ packs: ['core-codex'] })

    const result = await runner.run(`
    try { await tools.exec('echo hi') } catch (error) { return [error.name, error.message] }
  `)

    expect(result).toMatchObject({
      ok: true,
      value: ['SandboxUnavailableError', expect.stringContaining("'danger-full-access'")],
    })
  },
)

test.runIf(!hasSandbox)(
  'without a sandbox, a mode that was asked for is refused by the first run',
  async () => {
    await using runner = new ScriptRunner({ packs: ['core-codex'], sandboxMode: 'workspace-write' })

    await expect(runner.run('return 1')).rejects.toMatchObject({ code: 'bad_option', option: 'sandboxMode' })
  },
)

test.skipIf(!hasSandbox)('a runner keeps its commands inside its sandbox mode', async () => {
  await using folder = await tempFolder({ 'a.txt': 'alpha' })
  const run = async (options: ScriptRunnerOptions) => {
    await using runner = new ScriptRunner({
      packs: ['core-codex'],
      workingDirectory: folder.path,
      ...options,
    })
    return await runner.run(`
      const { exitCode, stdout } = await tools.exec('cat a.txt; echo > b.txt')
      return [exitCode, stdout]
    `)
  }

  expect(await run({})).toMatchObject({ ok: true, value: [1, 'alpha'] })
  expect(await run({ sandboxMode: 'workspace-write' })).toMatchObject({ ok: true, value: [0, 'alpha'] })
})

test('a script finds and reads about tools from inside', async () => {
  await using runner = new ScriptRunner({ packs: ['core-codex', 'file-cabinet'] })

  const result = await runner.run(`
    const [best] = await tools.find('apply patch')
    return [best.path, await tools.describe(best.path), await tools.describe('fc.gte')]
  `)

  expect(result).toMatchObject({
    ok: true,
    value: [
      'applyPatch',
      expect.stringContaining('applyPatch('),
      expect.stringContaining('did you mean tools.fc.get'),
    ],
  })
})

test('every alias of a tool leads to it', async () => {
  await using folder = await tempFolder({ 'a.txt': 'alpha' })
  await using runner = new ScriptRunner({ packs: ['core-codex'], workingDirectory: folder.path })

  const result = await runner.run(`
    const one = await tools.read_file('a.txt')
    const two = await tools.readFile({ file_path: 'a.txt', limit: 1 })
    return one.text === two.text
  `)

  expect(result).toMatchObject({ ok: true, value: true })
})

test.each<[string, ScriptRunnerOptions]>([
  ['packs', { packs: ['nope'] }],
  ['sandboxMode', { sandboxMode: 'none' as 'read-only' }],
  ['approvalPolicy', { approvalPolicy: 'maybe' as 'never' }],
  ['limits.wallMs', { limits: { wallMs: -1 } }],
  ['limits.wall', { limits: { wall: 1 } as object }],
])('a bad %s is refused by name', (option, options) => {
  expect(() => new ScriptRunner(options)).toThrow(expect.objectContaining({ code: 'bad_option', option }))
})

test('a folder that is not there is named by the run', async () => {
  await using runner = new ScriptRunner({ packs: ['core-codex'], workingDirectory: '/no/such/folder' })

  const error = await runner.run('return 1').catch((caught: unknown) => caught)

  expect(error).toMatchObject({ code: 'bad_option', option: 'workingDirectory' })
})
