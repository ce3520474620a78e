/** What cannot be meant is said in one sentence, with exit code 2. */

import { describe, expect, test } from 'vitest'
import { cliBench } from '../support/cli.ts'

const provider = ['--base-url', 'http://127.0.0.1:9/v1', '-m', 'any']

describe('a command line that cannot be meant', () => {
  test.each<[args: string[], sentence: string]>([
    [['runn'], 'There is no command "runn"; did you mean run?'],
    [['--verbose'], 'There is no option --verbose; codex-ts --help lists the commands.'],
    [['run', '--jsn', 'hi'], 'There is no option --jsn; did you mean --json?'],
    [['run', '-x', 'hi'], 'There is no option -x.'],
    [['run'], 'The prompt is missing'],
    [['run', 'one', 'two'], 'Unexpected argument "two"'],
    [['run', '--json=yes', 'hi'], '--json takes no value.'],
    [['run', 'hi', '--model'], '--model needs a value: --model SLUG.'],
    [['run', '--model', '--json', 'hi'], '--model needs a value, and --json looks like an option'],
    [['run', '--tool-mode', 'magic', 'hi'], '--tool-mode must be one of script, direct, mixed, not "magic".'],
    [['run', '--sandbox', 'none', 'hi'], '--sandbox must be one of read-only'],
    [['run', '--approval-policy', 'always', 'hi'], '--approval-policy must be one of never'],
    [
      ['run', '--wire-api', 'chat', '-m', 'any', 'hi'],
      '--wire-api says something of --base-url, which is missing.',
    ],
    [['run', '--base-url', 'http://127.0.0.1:9/v1', 'hi'], '--base-url needs a model: -m SLUG.'],
    [['run', '--base-url', 'localhost', '-m', 'any', 'hi'], 'providers.local.baseUrl'],
    [
      ['run', ...provider, '--api-key-env', 'NO_SUCH', 'hi'],
      '--api-key-env names NO_SUCH, and that variable is not set.',
    ],
    [['run', ...provider, '--pack', 'nope', 'hi'], 'nope'],
    [['run', ...provider, '-C', 'no/such/folder', 'hi'], 'workingDirectory'],
    [['run', 'hi'], 'model'],
    [['run', '-m', 'openai/gpt-5-nano', 'hi'], 'OPENROUTER_API_KEY'],
    [['demo', '--bug', '3'], '--bug must be one of 1, 2, not "3".'],
    [['demo', '-m', 'any'], '-m names a real model, which is asked only with --live.'],
    [['demo', '--live'], '--live needs a model: -m SLUG.'],
    [['demo', '--live', '-m', 'openai/gpt-5-nano'], 'OPENROUTER_API_KEY'],
    [['script'], 'The script is missing: codex-ts script FILE.'],
    [['script', 'no-such.ts'], 'The script no-such.ts cannot be read'],
    [['script', '--limits', '{', '-'], '--limits is no JSON'],
    [['script', '--limits', '[]', '-'], '--limits must be a JSON object'],
    [['script', '--limits', '{"wallms":1}', '-'], 'limits.wallms'],
    [['tools', '--pack', 'nope'], 'There is no pack nope; there are core-codex'],
    [['tools', '--format', 'html'], '--format must be one of md, json, dts, not "html".'],
  ])('%j', async (args, sentence) => {
    await using bench = await cliBench()

    const { exitCode, stdout, stderr } = await bench.run(args, { stdin: 'return 1' })

    expect(stderr).toContain(sentence)
    expect(stderr).toMatch(/^codex-ts[^\n]*: [^\n]+\n$/)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  })

  test('no command at all: the list of commands', async () => {
    await using bench = await cliBench()

    const { exitCode, stderr } = await bench.run([])

    expect(stderr).toContain('Commands:')
    expect(exitCode).toBe(2)
  })
})

describe('help', () => {
  test.each([[[]], [['run']], [['demo']], [['apply-patch']], [['script']], [['tools']], [['threads']]])(
    'of %j goes to standard output',
    async (command) => {
      await using bench = await cliBench()

      const { exitCode, stdout, stderr } = await bench.run([...command, '--help'])

      expect(stdout).toContain(['Usage: codex-ts', ...command].join(' '))
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    },
  )

  test('--version prints the version', async () => {
    await using bench = await cliBench()

    const { stdout } = await bench.run(['--version'])

    expect(stdout).toMatch(/^codex-ts \d+\.\d+\.\d+\n$/)
  })
})
