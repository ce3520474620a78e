/** Options that cannot be meant are said so, by name, before anything happens. */

import { expect, test } from 'vitest'
import { Codex, type CodexOptions, type ThreadOptions } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/index.ts'
import { calls, says } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'
import { hasSandbox } from '../support/confined.ts'

const base = { env: {}, store: memoryStore() }

test.each([
  ['model', { model: 7 }],
  ['packs', { packs: ['no-such-pack'] }],
  ['packs', { packs: 'core-codex' }],
  ['providers.local.baseUrl', { providers: { local: { baseUrl: 'localhost:1' } } }],
  ['providers.local.wireApi', { providers: { local: { wireApi: 'graphql' } } }],
  ['limits.stepsMax', { limits: { stepsMax: 0 } }],
  ['limits.wallMs', { limits: { wallMs: 2 ** 31 } }],
  ['providers.local.wireApi', { providers: { local: { wireApi: 10n } } }],
  ['approve', { approve: 'yes' }],
  ['log', { log: { info: () => {} } }],
  ['colour', { colour: 'red' }],
  ['hooks.beforeLunch', { hooks: { beforeLunch: () => {} } }],
] as const)('the constructor refuses a bad %s', (option, options) => {
  const make = () => new Codex({ ...base, ...(options as unknown as CodexOptions) })

  expect(make).toThrow(expect.objectContaining({ code: 'bad_option', option }))
})

test.each([
  ['sandboxMode', { sandboxMode: 'none' }],
  ['toolMode', { toolMode: 1 }],
  ['workingDirectory', { workingDirectory: '' }],
] as const)('startThread refuses a bad %s', (option, options) => {
  const codex = new Codex(base)

  expect(() => codex.startThread(options as unknown as ThreadOptions)).toThrow(
    expect.objectContaining({ option }),
  )
})

const runOptions = (codex: CodexOptions, thread: ThreadOptions) =>
  new Codex({ ...base, ...codex })
    .startThread({ toolMode: 'direct', ...thread })
    .run('go')
    .catch((error: unknown) => error)

test.each([
  ['no model', 'model', {}, {}],
  ['no key', 'providers.openrouter.apiKey', { model: 'some/model' }, {}],
  [
    'a missing folder',
    'workingDirectory',
    { model: 'local/any', providers: local() },
    { workingDirectory: '/no/such' },
  ],
] as const)('a run with %s is refused, naming the option', async (_, option, codex, thread) => {
  const error = await runOptions(codex, thread)

  expect(error).toMatchObject({ code: 'bad_option', option })
})

test('a key alone is OpenAI’s: it goes along with bare names, and not with another vendor’s model', async () => {
  const vendor = await runOptions({ model: 'some/model', apiKey: 'sk-or-secret' }, {})
  const bare = await runOptions(
    {
      model: 'bare',
      apiKey: 'test-key',
      providers: { openai: { ...local().local, requestRetriesMax: 0, streamRetriesMax: 0 } },
    },
    {},
  )

  expect(vendor).toMatchObject({ option: 'providers.openrouter.apiKey' })
  expect(bare).toMatchObject({ code: 'model_unreachable', message: expect.stringContaining('openai') })
})

test('a key that is missing is told with the variable to set', async () => {
  const error = await runOptions({ model: 'some/model' }, {})

  expect(error).toMatchObject({ message: expect.stringContaining('OPENROUTER_API_KEY') })
})

test('a provider that cannot be reached is a typed error that names it', async () => {
  const providers = { local: { baseUrl: 'http://127.0.0.1:9', requestRetriesMax: 0, streamRetriesMax: 0 } }

  const error = await runOptions({ model: 'local/any', providers }, {})

  expect(error).toMatchObject({
    code: 'model_unreachable',
    retryable: true,
    message: expect.stringContaining('local'),
  })
})

/** What a command that writes and a tool that reads answer, when nobody has named a sandbox mode. */
async function unnamedMode() {
  await using at = await bench(
    [
      [
        calls('exec_command', { cmd: 'cat a.txt; echo x > b.txt', login: false }),
        calls('read_file', { file_path: 'a.txt' }),
      ],
      says('done'),
    ],
    { files: { 'a.txt': 'alpha' } },
  )
  await at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' }).run('go')
  const second = at.provider.requests[1]
  return { command: second?.outputOf('exec_command'), file: second?.outputOf('read_file') }
}

test.skipIf(!hasSandbox)('unless a mode is named, commands read and write nothing', async () => {
  const { command, file } = await unnamedMode()

  expect(command).toMatch(/Process exited with code 1\b.*alpha.*(?:Read-only file system|not permitted)/s)
  expect(file).toContain('alpha')
})

test.runIf(!hasSandbox)(
  'without a sandbox, commands are refused with the reason and files inside the folder still work',
  async () => {
    const { command, file } = await unnamedMode()

    expect(command).toMatch(/sandboxMode.*danger-full-access/s)
    expect(file).toContain('alpha')
  },
)

test.runIf(!hasSandbox)('without a sandbox, a run that asks for one by name is refused', async () => {
  const error = await runOptions({ model: 'local/any', providers: local() }, { sandboxMode: 'read-only' })

  expect(error).toMatchObject({ code: 'bad_option', option: 'sandboxMode' })
})

test('options of the SDK that concern its binary are accepted with one warning', () => {
  const warnings: string[] = []
  const nothing = () => {}
  const log = {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (message: string) => warnings.push(message),
  }

  new Codex({ ...base, log, codexPathOverride: '/usr/bin/codex' })

  expect(warnings).toEqual([expect.stringContaining('codexPathOverride')])
})

function local() {
  return { local: { baseUrl: 'http://127.0.0.1:9', apiKey: 'k' } }
}
