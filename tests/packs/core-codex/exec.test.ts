/** The script's own way to run a command. */

import path from 'node:path'
import { expect, test } from 'vitest'
import { exec } from '../../../src/packs/core-codex/index.ts'
import { isRunning, numberIn, until, waitingFor } from '../../support/processes.ts'
import { toolCalls } from '../../support/tool-calls.ts'

test('a line goes through the shell, words do not', async () => {
  await using tools = await toolCalls([exec])

  const line = await tools.call('exec', { command: 'echo $((1 + 1)); exit 3' })
  const words = await tools.call('exec', { command: ['echo', '$((1 + 1))'] })

  expect(line).toMatchObject({
    ok: true,
    output: { exitCode: 3, stdout: '2\n', stderr: '', timedOut: false, signal: null, truncated: false },
  })
  expect(words).toMatchObject({ ok: true, output: { exitCode: 0, stdout: '$((1 + 1))\n' } })
})

test('folder, variables, input and time limit reach the command, and it knows its thread', async () => {
  await using tools = await toolCalls([exec], { files: { 'sub/a.txt': '' } })

  const outcome = await tools.call('exec', {
    command: 'ls; cat; echo " $GREETING $CODEX_THREAD_ID $CODEX_TOOL_CALL_ID"; sleep 300',
    cwd: 'sub',
    env: { GREETING: 'hello' },
    stdin: 'input',
    timeoutMs: 1_500,
  })

  expect(outcome).toMatchObject({
    ok: true,
    output: {
      exitCode: 124,
      timedOut: true,
      signal: 'SIGTERM',
      stdout: 'a.txt\ninput hello thread-1 call-1\n',
    },
  })
})

test('a long output is cut, and the whole of it is a document', async () => {
  await using tools = await toolCalls([exec])

  const outcome = await tools.call('exec', { command: 'seq 1 20000; echo end >&2', maxOutputBytes: 1_000 })

  expect(outcome).toMatchObject({ ok: true, output: { truncated: true, stderr: 'end\n', fileKey: 'key-0' } })
  const numbers = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join('')
  expect(tools.documents.get('key-0')).toContain('end\n')
  expect(tools.documents.get('key-0')?.replace('end\n', '')).toBe(numbers)
})

test('an output that fits makes no document', async () => {
  await using tools = await toolCalls([exec])

  const outcome = await tools.call('exec', {
    command: 'printf 0123456789; printf 9876543210 >&2',
    maxOutputBytes: 10,
  })

  expect(outcome).toMatchObject({ output: { truncated: false, stdout: '0123456789', stderr: '9876543210' } })
  expect(outcome).not.toHaveProperty('output.fileKey')
  expect(tools.documents.size).toBe(0)
})

test('the document of an output that is cut has every byte of both streams, in order of arrival', async () => {
  await using tools = await toolCalls([exec])
  const command = [
    "head -c 3000000 /dev/zero | tr '\\0' a",
    waitingFor('go'),
    "head -c 2000000 /dev/zero | tr '\\0' b >&2",
  ].join('; ')

  const running = tools.call('exec', { command, maxOutputBytes: 0 })
  await until(() => tools.deltas.join('').length === 3_000_000)
  await tools.workspace.writeText('go', '')
  const outcome = await running

  expect(outcome).toMatchObject({
    output: {
      truncated: true,
      stdout: '\n... 3000000 bytes omitted ...\n',
      stderr: '\n... 2000000 bytes omitted ...\n',
      durationMs: expect.any(Number),
    },
  })
  expect(tools.documents.get('key-0') === 'a'.repeat(3_000_000) + 'b'.repeat(2_000_000)).toBe(true)
})

test('input longer than a pipe reaches the command, also one that closes it early', async () => {
  await using tools = await toolCalls([exec])
  const stdin = 'line of input\n'.repeat(100_000)

  const whole = await tools.call('exec', { command: 'wc -c', stdin })
  const first = await tools.call('exec', { command: 'head -n 1; exec <&-; echo closed', stdin })
  const none = await tools.call('exec', { command: ['true'], stdin })

  expect(whole).toMatchObject({ output: { stdout: `${stdin.length}\n`, exitCode: 0 } })
  expect(first).toMatchObject({ output: { stdout: 'line of input\nclosed\n', exitCode: 0 } })
  expect(none).toMatchObject({ output: { stdout: '', exitCode: 0 } })
})

test('variables of a call win over those of every command, and may be empty', async () => {
  await using tools = await toolCalls([exec])

  const outcome = await tools.call('exec', {
    command: 'echo "$TERM [$PAGER] $CODEX_THREAD_ID"',
    env: { TERM: 'mine', PAGER: '', CODEX_THREAD_ID: 'other' },
  })

  expect(outcome).toMatchObject({ output: { stdout: 'mine [] other\n' } })
})

test('empty words are words, and a NUL in one is an error', async () => {
  await using tools = await toolCalls([exec])

  const outcome = await tools.call('exec', { command: ['printf', '[%s]', '', 'a', ''] })
  const refused = await tools.answer('exec', { command: ['printf', 'a\0b'] })
  const nothing = await tools.answer('exec', { command: [''] })

  expect(outcome).toMatchObject({ output: { stdout: '[][a][]' } })
  expect(refused).toMatch(/^The command was not started in .*NUL/)
  expect(nothing).toMatch(/names no program/)
})

test.each([
  ['KILL', 137, 'SIGKILL'],
  ['SYS', 159, 'SIGSYS'],
])('a command that SIG%s ended says so', async (name, exitCode, signal) => {
  await using tools = await toolCalls([exec])

  const outcome = await tools.call('exec', { command: `echo before; kill -${name} $$` })

  expect(outcome).toMatchObject({ output: { exitCode, signal, stdout: 'before\n', timedOut: false } })
})

test('its item shows the command as Codex spells it, the output in order, and how it ended', async () => {
  await using tools = await toolCalls([exec])
  const script = `echo out; ${waitingFor('1')}; echo err >&2; ${waitingFor('2')}; echo out; exit 2`

  const running = tools.call('exec', { command: ['sh', '-c', script] })
  await until(() => tools.deltas.length === 1)
  await tools.workspace.writeText('1', '')
  await until(() => tools.deltas.length === 2)
  await tools.workspace.writeText('2', '')
  await running

  const command = `sh -c '${script}'`
  expect(tools.shown).toEqual([
    {
      state: 'started',
      item: {
        type: 'command_execution',
        command,
        aggregated_output: '',
        exit_code: null,
        status: 'in_progress',
      },
    },
    {
      state: 'completed',
      item: {
        type: 'command_execution',
        command,
        aggregated_output: 'out\nerr\nout\n',
        exit_code: 2,
        status: 'failed',
      },
    },
  ])
  expect(tools.deltas).toEqual(['out\n', 'err\n', 'out\n'])
})

test('an abort ends the command before the call is answered', async () => {
  await using tools = await toolCalls([exec])
  const abort = new AbortController()

  const running = tools.call('exec', { command: 'echo $$ > pid; sleep 300' }, { signal: abort.signal })
  const pid = await numberIn(path.join(tools.workspace.root, 'pid'))
  abort.abort()

  expect(await running).toMatchObject({ ok: false, error: { code: 'aborted' } })
  expect(isRunning(pid)).toBe(false)
  expect(tools.shown.at(-1)).toMatchObject({ state: 'completed', item: { status: 'failed' } })
})
