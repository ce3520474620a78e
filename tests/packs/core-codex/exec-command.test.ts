/** Unified exec, as the model calls it; texts and limits were recorded from Codex 0.169.0. */

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { execCommand, writeStdin } from '../../../src/packs/core-codex/index.ts'
import { until, waitingFor } from '../../support/processes.ts'
import { toolCalls } from '../../support/tool-calls.ts'

const unified = (options?: Parameters<typeof toolCalls>[1]) => toolCalls([execCommand, writeStdin], options)

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/platform/${name}`, import.meta.url))

const HEAD = String.raw`Chunk ID: [0-9a-f]{6}\nWall time: \d+\.\d{4} seconds\n`

function sessionIn(answer: unknown): number {
  return Number(/session ID (\d+)/.exec(String(answer))?.[1])
}

test.each([
  ['echo hi; exit 3', 3, 1, 'hi\n'],
  ['echo out; echo err >&2', 0, 2, 'out\nerr\n'],
  ['true', 0, 0, ''],
  ['printf abc', 0, 1, 'abc'],
  ['printf "a\\r\\nb\\r\\n"', 0, 2, 'a\r\nb\r\n'],
  ["printf '\\033[31mred\\033[0m\\n'", 0, 4, '\u001b[31mred\u001b[0m\n'],
  ["printf '\\377\\376x'", 0, 1, '\uFFFD\uFFFDx'],
  ['kill -9 $$', 137, 0, ''],
  ['test -t 1 && echo tty || echo pipe', 0, 2, 'pipe\n'],
])('%s', async (cmd, exitCode, tokens, output) => {
  await using tools = await unified()

  const answer = await tools.answer('exec_command', { cmd })

  expect(answer).toMatch(new RegExp(`^${HEAD}Process exited with code ${exitCode}\n`))
  expect(String(answer).split('\n').slice(3).join('\n')).toBe(
    `Original token count: ${tokens}\nOutput:\n${output}`,
  )
})

test('as data it has the fields of upstream', async () => {
  await using tools = await unified()

  expect(await tools.call('exec_command', { cmd: 'echo hi' })).toEqual({
    ok: true,
    output: {
      chunk_id: expect.stringMatching(/^[0-9a-f]{6}$/),
      wall_time_seconds: expect.any(Number),
      exit_code: 0,
      original_token_count: 1,
      output: 'hi\n',
    },
  })
})

test.each([
  ['seq 1 20000', undefined, 27_224, 20_000, 17_224, 40_000],
  ['seq 1 20000', 1_000_000, 27_224, 20_000, 17_224, 40_000],
  ['seq 1 2000', 100, 2_224, 2_000, 2_124, 400],
  ['seq 1 2000', 0, 2_224, 2_000, 2_224, 0],
])('%s with max_output_tokens %s is cut as upstream cuts it', async (cmd, max, tokens, lines, gone, kept) => {
  await using tools = await unified()

  const answer = String(await tools.answer('exec_command', { cmd, max_output_tokens: max }))

  const text = answer.slice(answer.indexOf('Output:\n') + 'Output:\n'.length)
  const head = `Warning: truncated output (original token count: ${tokens})\nTotal output lines: ${lines}\n\n`
  const marker = `…${gone} tokens truncated…`
  expect(answer).toContain(`Original token count: ${tokens}\n`)
  expect(text.startsWith(head)).toBe(true)
  expect(text).toContain(marker)
  expect(text.length - head.length - marker.length).toBe(kept)
})

test('past a mebibyte the note of what was dropped takes the place of the line count', async () => {
  await using tools = await unified()

  const answer = String(
    await tools.answer('exec_command', {
      cmd: "head -c 4000000 /dev/zero | tr '\\0' y | fold -w 100",
      login: false,
    }),
  )

  expect(answer).toContain(
    'Original token count: 1010000\nOutput:\n' +
      'Warning: truncated output (original token count: 1010000)\n... 2991423 bytes omitted ...\n\nyyyy',
  )
  expect(answer).toContain('…252152 tokens truncated…')
  expect(tools.shown.at(-1)).toMatchObject({
    item: { aggregated_output: expect.stringContaining('y\n... 2991423 bytes omitted ...\ny') },
  })
})

test('a command that goes on has a session, whose looks give what is new, until its end', async () => {
  await using tools = await unified()

  const first = await tools.answer('exec_command', {
    cmd: `echo start; ${waitingFor('go')}; echo end`,
    yield_time_ms: 1,
  })
  const id = sessionIn(first)
  await until(() => tools.deltas.length > 0)
  await tools.workspace.writeText('go', '')
  const second = await tools.answer('write_stdin', { session_id: id })
  const third = await tools.answer('write_stdin', { session_id: id })

  expect(first).toMatch(new RegExp(`^${HEAD}Process running with session ID ${id}\n`))
  expect(second).toMatch(new RegExp(`^${HEAD}Process exited with code 0\n`))
  expect([first, second].map((answer) => String(answer).split('Output:\n')[1]).join('')).toBe('start\nend\n')
  expect(third).toBe(`write_stdin failed: Unknown process id ${id}`)
})

test('the item of a command that goes on stays open until the command ends', async () => {
  await using tools = await unified()
  const cmd = `echo start; ${waitingFor('go')}; echo end; exit 4`
  const command = `/bin/sh -c '${cmd}'`
  const states = () => tools.shown.map(({ item }) => ('status' in item ? item.status : ''))

  await tools.call('exec_command', {
    cmd,
    yield_time_ms: 250,
    login: false,
    shell: '/no/such/shell',
  })
  const before = states()
  await tools.workspace.writeText('go', '')
  await until(() => tools.shown.length > 1)

  expect(before).toEqual(['in_progress'])
  expect(tools.shown.map(({ item }) => item)).toEqual([
    { type: 'command_execution', command, aggregated_output: '', exit_code: null, status: 'in_progress' },
    {
      type: 'command_execution',
      command,
      aggregated_output: 'start\nend\n',
      exit_code: 4,
      status: 'failed',
    },
  ])
  expect(tools.deltas.join('')).toBe('start\nend\n')
})

test('without a terminal a session takes nothing but Ctrl-C', async () => {
  await using tools = await unified()
  const cmd = 'echo up; exec sleep 300'
  const id = sessionIn(await tools.answer('exec_command', { cmd, login: false, yield_time_ms: 250 }))
  await until(() => tools.deltas.length > 0)

  expect(await tools.answer('write_stdin', { session_id: id, chars: 'hello\n' })).toMatch(
    /^write_stdin failed: stdin is closed for this session; rerun exec_command with tty=true to keep stdin open$/,
  )
  const interrupted = await tools.answer('write_stdin', {
    session_id: id,
    chars: '\u0003',
    yield_time_ms: 30_000,
  })
  expect(interrupted).toMatch(/Process exited with code 130\n/)
})

test('a session that never was is unknown', async () => {
  await using tools = await unified()

  expect(await tools.answer('write_stdin', { session_id: 987654, chars: 'x' })).toBe(
    'write_stdin failed: Unknown process id 987654',
  )
})

test.skipIf(process.platform === 'win32')('with a terminal a session takes what is typed', async () => {
  await using tools = await unified()

  const first = await tools.answer('exec_command', {
    cmd: 'cat',
    tty: true,
    login: false,
    yield_time_ms: 250,
  })
  const id = sessionIn(first)
  const typed = await tools.answer('write_stdin', { session_id: id, chars: 'hello\n' })
  const ended = await tools.answer('write_stdin', { session_id: id, chars: '\u0004', yield_time_ms: 30_000 })

  expect(first).toMatch(new RegExp(`^${HEAD}Process running with session ID ${id}\n`))
  expect(typed).toMatch(/Output:\nhello\r\nhello\r\n$/)
  expect(ended).toMatch(new RegExp(`^${HEAD}Process exited with code 0\n`))
  expect(tools.shown.at(-1)).toMatchObject({
    item: { aggregated_output: 'hello\r\nhello\r\n', exit_code: 0, status: 'completed' },
  })
})

test('a host without node-pty says how to have terminals, and runs commands without them', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--import', fixture('without-node-pty.mjs')],
    fixture('asks-for-terminal.ts'),
  ])

  const [refused = '', ran = ''] = stdout.split('\n')
  expect(JSON.parse(refused)).toMatch(
    /^exec_command failed: no command was run.*node-pty.*not installed.*without tty/,
  )
  expect(refused).not.toContain('Cannot find package')
  expect(JSON.parse(ran)).toMatch(/Output:\nran\n$/)
})

test('an empty folder is the root, a missing one an error with the exit code -1', async () => {
  await using tools = await unified({ files: { 'sub/a.txt': '' } })

  expect(await tools.answer('exec_command', { cmd: 'pwd', workdir: '' })).toMatch(
    new RegExp(`Output:\n${tools.workspace.root}\n$`),
  )
  expect(await tools.answer('exec_command', { cmd: 'pwd', workdir: 'sub' })).toMatch(/\/sub\n$/)
  expect(await tools.answer('exec_command', { cmd: 'pwd', workdir: '/no/such/folder' })).toMatch(
    /^exec_command failed: .*\/no\/such\/folder.*does not exist/,
  )
  expect(tools.shown.at(-1)).toMatchObject({ state: 'completed', item: { exit_code: -1, status: 'failed' } })
})

test('a command survives the abort of the call that waits for it', async () => {
  await using tools = await unified()
  const abort = new AbortController()

  const waiting = tools.call(
    'exec_command',
    { cmd: `touch begun; ${waitingFor('go')}; touch done` },
    { signal: abort.signal },
  )
  const has = (name: string) => existsSync(path.join(tools.workspace.root, name))
  await until(() => has('begun'))
  abort.abort()
  const outcome = await waiting
  await tools.workspace.writeText('go', '')

  expect(outcome).toMatchObject({ ok: false, error: { code: 'aborted' } })
  await until(() => has('done'))
})

test('output comes as it is printed, in pieces of bounded size that cut no character', async () => {
  await using tools = await unified()

  await tools.call('exec_command', {
    cmd: "printf '€%.0s' $(seq 1 20000)",
    login: false,
  })

  expect(tools.deltas.join('')).toBe('€'.repeat(20_000))
  expect(Math.max(...tools.deltas.map((piece) => Buffer.byteLength(piece)))).toBeLessThanOrEqual(8_192)
})

test('of 100 MB the ends are kept, the rest is counted, and 10,000 pieces are shown', async () => {
  await using tools = await unified()
  const bytes = 100_000_000
  const cmd = `printf begin; head -c ${bytes} /dev/zero | tr '\\0' y; printf end`

  const answer = String(await tools.answer('exec_command', { cmd, login: false, yield_time_ms: 30_000 }))

  expect(answer).toContain(`Original token count: ${Math.ceil((bytes + 'beginend'.length) / 4)}\n`)
  expect(answer).toContain(`\n... ${bytes + 'beginend'.length - 2 ** 20} bytes omitted ...\n\nbeginyyy`)
  expect(answer.endsWith('yyyend')).toBe(true)
  expect(tools.deltas).toHaveLength(10_000)
})

test('bytes that are no text count as they came, and are cut as what they are shown as', async () => {
  await using tools = await unified()

  const answer = await tools.answer('exec_command', {
    cmd: "head -c 60000 /dev/zero | tr '\\0' '\\377'",
    login: false,
  })

  expect(answer).toContain(
    'Original token count: 15000\nOutput:\nWarning: truncated output (original token count: 45000)\n',
  )
})

test.each([
  ['cmd', { cmd: 'echo a\0b' }],
  ['workdir', { cmd: 'pwd', workdir: 'a\0b' }],
])('a NUL in %s is an error that says so', async (_where, input) => {
  await using tools = await unified()

  expect(await tools.answer('exec_command', input)).toMatch(/NUL|null bytes/)
})
