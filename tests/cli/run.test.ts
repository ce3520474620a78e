/** `run` for a person: the answer, the progress, the prompt's ways in, and Ctrl-C. */

import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { calls, hangs, refuses, says, startProvider, thinks } from '../../src/testing/index.ts'
import { cliBench, jsonLines, toProvider } from '../support/cli.ts'

const openly = ['--sandbox', 'danger-full-access', '--tool-mode', 'direct']

describe('without --json', () => {
  test('the answer alone is standard output, the rest is progress on standard error', async () => {
    await using bench = await cliBench({ 'plan.md': 'one\n' })
    await using provider = await startProvider([
      [
        thinks('Look first.'),
        says('I look.', { phase: 'commentary' }),
        calls('read_file', { file_path: 'plan.md' }),
      ],
      says('It says one.'),
    ])

    const { exitCode, stdout, stderr } = await bench.run([
      'run',
      ...openly,
      ...toProvider(provider.url),
      'What?',
    ])

    expect(stdout).toBe('It says one.\n')
    expect(stderr).toMatch(
      /^thread [\w-]+\n~ Look first\.\nI look\.\n> read_file\(.*plan\.md.*\)\ntokens: 200 in, 20 out\n$/,
    )
    expect(exitCode).toBe(0)
  })

  test('a failure is told without a stack and without the key, and is exit code 1', async () => {
    await using bench = await cliBench()
    await using provider = await startProvider([refuses(400, 'There is no such model.')])

    const { exitCode, stdout, stderr } = await bench.run(['run', ...toProvider(provider.url), 'hi'], {
      env: { OPENAI_API_KEY: 'sk-test-secret' },
    })

    expect(stderr).toMatch(/^codex-ts run: .*There is no such model\./m)
    expect(stderr).not.toMatch(/\n\s+at |sk-test-secret/)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  })
})

test('where nobody is at the terminal to be asked, the answer is no, and the turn goes on', async () => {
  await using bench = await cliBench()
  await using provider = await startProvider([
    calls('exec_command', { cmd: 'mkdir made' }),
    says('Then not.'),
  ])

  const { exitCode, stdout } = await bench.run([
    'run',
    ...['--approval-policy', 'untrusted', ...openly],
    ...toProvider(provider.url),
    'hi',
  ])

  expect(provider.requests[1]?.outputOf('exec_command')).toContain('nobody is at the terminal')
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'Then not.\n' })
})

describe('the prompt', () => {
  test('comes from standard input for -', async () => {
    await using bench = await cliBench()
    await using provider = await startProvider([says('ok')])

    await bench.run(['run', ...toProvider(provider.url), '-'], { stdin: 'Is this heard?\n' })

    expect(provider.requests[0]?.texts('user')).toContain('Is this heard?\n')
  })

  test('goes on with the thread that --resume names', async () => {
    await using bench = await cliBench()
    await using provider = await startProvider([says('Blue, then.'), says('Blue.')])
    const first = await bench.run(['run', '--json', ...toProvider(provider.url), 'My colour is blue.'])
    const id = String(jsonLines(first.stdout)[0]?.thread_id)

    const second = await bench.run(['run', '--json', '--resume', id, ...toProvider(provider.url), 'Which?'])

    expect(jsonLines(second.stdout)[0]).toEqual({ type: 'thread.started', thread_id: id })
    expect(provider.requests[1]?.texts('user')).toContain('My colour is blue.')
    expect(provider.requests[1]?.texts('assistant')).toContain('Blue, then.')
  })
})

describe('keys', () => {
  const keyOf = (headers: Readonly<Record<string, string>> | undefined) => headers?.authorization

  test('come from .env in the current folder', async () => {
    await using bench = await cliBench({ '.env': 'OPENAI_API_KEY=test-from-file\n' })
    await using provider = await startProvider([says('ok')])

    await bench.run(['run', ...toProvider(provider.url), 'hi'])

    expect(keyOf(provider.requests[0]?.headers)).toBe('Bearer test-from-file')
  })

  test('that are set already are not replaced by .env', async () => {
    await using bench = await cliBench({ '.env': 'OPENAI_API_KEY=test-from-file\n' })
    await using provider = await startProvider([says('ok')])

    await bench.run(['run', ...toProvider(provider.url), 'hi'], {
      env: { OPENAI_API_KEY: 'test-from-shell' },
    })

    expect(keyOf(provider.requests[0]?.headers)).toBe('Bearer test-from-shell')
  })

  test('have the name that --api-key-env gives, and the model that of the provider', async () => {
    await using bench = await cliBench()
    await using provider = await startProvider([says('ok')])

    await bench.run(['run', '--base-url', provider.url, '-m', 'maker/any', '--api-key-env', 'MY_KEY', 'hi'], {
      env: { MY_KEY: 'test-mine', OPENAI_API_KEY: 'test-other' },
    })

    expect(keyOf(provider.requests[0]?.headers)).toBe('Bearer test-mine')
    expect(provider.requests[0]?.body.model).toBe('maker/any')
  })
})

describe('packs and wire APIs', () => {
  test('--pack names the tools there are', async () => {
    await using bench = await cliBench()
    await using provider = await startProvider([says('ok')])

    await bench.run(['run', '--pack', 'file-ops', '--tool-mode', 'direct', ...toProvider(provider.url), 'hi'])

    expect(provider.requests[0]?.toolNames).toContain('read_file')
    expect(provider.requests[0]?.toolNames).not.toContain('exec_command')
  })

  test('--wire-api chat speaks Chat', async () => {
    await using bench = await cliBench()
    await using provider = await startProvider([says('ok')], { wireApi: 'chat' })

    const { stdout } = await bench.run([
      'run',
      '--base-url',
      provider.url,
      '--wire-api',
      'chat',
      '-m',
      'any',
      'hi',
    ])

    expect(stdout).toBe('ok\n')
    expect(provider.requests[0]?.path).toBe('/v1/chat/completions')
  })
})

// Windows has no signal that a process could send to another and that the other could hear.
describe.skipIf(process.platform === 'win32')('Ctrl-C', () => {
  test.each([[['--json']], [[]]])('with %j stops the turn, and the thread stays whole', async (json) => {
    await using bench = await cliBench()
    await using provider = await startProvider([hangs(), says('Here again.')])
    const { child, result } = bench.start(['run', ...json, ...toProvider(provider.url), 'Wait for me.'])
    await provider.nextRequest()

    child.kill('SIGINT')

    const { exitCode, stdout, stderr } = await result
    expect(exitCode).toBe(1)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(await provider.closed(0)).toBe('client')
    const id = /thread(?:_id":"| )([\w-]{30,})/.exec(stdout + stderr)?.[1] ?? ''
    const again = await bench.run(['run', '--resume', id, ...toProvider(provider.url), 'Are you there?'])
    expect(again.stdout).toBe('Here again.\n')
    expect(provider.requests[1]?.texts('user')).toContain('Wait for me.')
  })

  test('a reader of the events that goes away stops the turn too', async () => {
    await using bench = await cliBench()
    await using provider = await startProvider([hangs()])
    const { child, result } = bench.start(['run', '--json', ...toProvider(provider.url), 'hi'])
    result.catch(() => {})

    child.stdout.destroy()

    expect(await once(child, 'exit')).toEqual([1, null])
  })
})
