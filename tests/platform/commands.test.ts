/** Commands that run to their end. */

import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import {
  CommandNotStartedError,
  type CommandRequest,
  openWorkspace,
  WorkspaceClosedError,
} from '../../src/platform/index.ts'
import { isRunning, numberIn, until, waitingFor } from '../support/processes.ts'
import { tempFolder } from '../support/temp-folder.ts'

const NODE = process.execPath

async function unconfined(workingDirectory: string) {
  return openWorkspace({
    workingDirectory,
    sandboxMode: 'danger-full-access',
    environment: process.env,
  })
}

test('a command gives its exit code, both streams and their order', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  let heard = 0

  const result = await workspace.run({
    command: `echo out; ${waitingFor('1')}; echo err >&2; ${waitingFor('2')}; echo out; exit 3`,
    onOutput() {
      heard += 1
      return workspace.writeText(`${heard}`, '')
    },
  })

  expect(result).toMatchObject({
    exitCode: 3,
    signal: null,
    stdout: 'out\nout\n',
    stderr: 'err\n',
    aggregated: 'out\nerr\nout\n',
    timedOut: false,
    truncated: false,
  })
})

test('words reach the program as they are, without a shell', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)

  const words = ['$HOME', 'a b', '*', "it's", '']
  const { stdout } = await workspace.run({
    command: [NODE, '-e', 'console.log(JSON.stringify(process.argv.slice(1)))', ...words],
  })

  expect(JSON.parse(stdout)).toEqual(words)
})

test.each<[string, CommandRequest['command'], number, string | null]>([
  ['a program that is not there is 127', ['no-such-program-zz'], 127, null],
  ['a line whose program is not there is 127', 'no-such-program-zz', 127, null],
  ['a file that cannot be executed is 126', ['./plain.txt'], 126, null],
  ['a signal is 128 and its number', 'kill -9 $$', 137, 'SIGKILL'],
  ['a forbidden system call is one too', 'kill -SYS $$', 128 + constants.signals.SIGSYS, 'SIGSYS'],
])('%s', async (_title, command, exitCode, signal) => {
  await using folder = await tempFolder({ 'plain.txt': 'x' })
  await using workspace = await unconfined(folder.path)

  const result = await workspace.run({ command })

  expect(result).toMatchObject({ exitCode, signal })
  if (signal === null) expect(result.stderr).not.toBe('')
})

test('a command runs in the folder and with the variables it is given', async () => {
  await using folder = await tempFolder({ 'sub/a.txt': '' })
  await using workspace = await unconfined(folder.path)

  const { stdout } = await workspace.run({
    command: 'pwd; echo "$GREETING $TERM"',
    cwd: 'sub',
    env: { GREETING: 'hello', TERM: 'mine' },
  })

  expect(stdout).toBe(`${path.join(folder.path, 'sub')}\nhello mine\n`)
})

test.each<[string, CommandRequest]>([
  ['a folder that is missing', { command: ['echo'], cwd: 'nowhere' }],
  ['a file in place of a folder', { command: ['echo'], cwd: 'a.txt' }],
  ['no program', { command: [] }],
  ['a word that no program can be given', { command: ['echo', 'a\0b'] }],
  ['a variable that no program can be given', { command: ['echo'], env: { A: 'a\0b' } }],
  ['more words than the system takes', { command: ['echo', 'x'.repeat(4_000_000)] }],
])('%s is an error that says where', async (_title, request) => {
  await using folder = await tempFolder({ 'a.txt': '' })
  await using workspace = await unconfined(folder.path)

  const error = await workspace.run(request).catch((caught: unknown) => caught)

  expect(error).toBeInstanceOf(CommandNotStartedError)
  expect(error).toMatchObject({ code: 'command_not_started', cwd: expect.stringContaining(folder.path) })
})

test('standard input is what was given, then closed; without it there is none', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const text = 'ä'.repeat(300_000)

  expect((await workspace.run({ command: 'wc -c', stdin: text })).stdout.trim()).toBe('600000')
  expect((await workspace.run({ command: 'wc -c' })).stdout.trim()).toBe('0')
  expect((await workspace.run({ command: 'true', stdin: text })).exitCode).toBe(0)
})

test('a shell that is no login shell reads no profile, also with input', async () => {
  await using folder = await tempFolder({
    '.bashrc': 'echo from-bashrc\n',
    '.profile': 'echo from-profile\n',
  })
  await using workspace = await openWorkspace({
    workingDirectory: folder.path,
    sandboxMode: 'danger-full-access',
    environment: { ...process.env, HOME: folder.path },
  })
  const command = 'echo x'

  expect((await workspace.run({ command, stdin: '', shell: 'bash' })).stdout).toBe('x\n')
  expect((await workspace.run({ command, shell: 'bash' })).stdout).toBe('x\n')
  expect((await workspace.run({ command, shell: 'bash', login: true })).stdout).toBe('from-profile\nx\n')
})

test('after its time a command ends with everything it started', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)

  const result = await workspace.run({
    command: '(sleep 300 & echo $! > grandchild; sleep 300) & echo started; wait',
    timeoutMs: 1_500,
  })

  expect(result).toMatchObject({ exitCode: 124, timedOut: true, stdout: 'started\n' })
  expect(isRunning(await numberIn(path.join(folder.path, 'grandchild')))).toBe(false)
})

test('a command that ignores SIGTERM is killed', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const program = `
    process.on('SIGTERM', () => console.log('no'))
    setInterval(() => {}, 1000)
    require('node:fs').writeFileSync('pid', process.pid + '\\n')`

  const running = await workspace.start({ command: [NODE, '-e', program] })
  await numberIn(path.join(folder.path, 'pid'))
  await running.stop()

  expect(await running.ended).toMatchObject({ exitCode: 137, signal: 'SIGKILL', stdout: 'no\n' })
})

test('what a command left in the background ends with it', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)

  const { stdout } = await workspace.run({ command: 'sleep 300 >/dev/null 2>&1 & echo $!' })

  expect(isRunning(Number(stdout))).toBe(false)
})

test.runIf(process.platform === 'linux')(
  'a grandchild that forked twice into a session of its own does not get away',
  async () => {
    await using folder = await tempFolder()
    await using workspace = await unconfined(folder.path)
    const abort = new AbortController()
    const file = path.join(folder.path, 'daemon')

    const running = workspace.run(
      { command: "(setsid sh -c 'echo $$ > daemon; exec sleep 300' &) ; sleep 300" },
      { signal: abort.signal },
    )
    const daemon = await numberIn(file)
    abort.abort()
    await running.catch(() => {})

    await until(() => !isRunning(daemon))
  },
)

test.runIf(process.platform === 'linux').each([
  ['a daemon', 'setsid sh -c \'sh -c "echo \\$\\$ > pid; exec sleep 300" &\''],
  [
    'a daemon that ignores SIGTERM',
    'setsid sh -c \'trap "" TERM; echo $$ > pid; while :; do sleep 1; done\' &',
  ],
  ['a disowned child', 'sleep 300 & echo $! > pid; disown 2>/dev/null'],
  ['a stopped child', 'sleep 300 & kill -STOP $!; echo $! > pid'],
])('%s that a finished command left behind ends with it', async (_title, leave) => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const command = `(${leave}) >/dev/null 2>&1; until [ -s pid ]; do sleep 0.02; done; cat pid`

  const { stdout, exitCode } = await workspace.run({ command })

  expect(exitCode).toBe(0)
  expect(Number(stdout)).toBeGreaterThan(0)
  await until(() => !isRunning(Number(stdout)))
})

test.runIf(process.platform === 'linux')(
  'many commands leave no descriptor open and no listener',
  async () => {
    await using folder = await tempFolder()
    await using workspace = await unconfined(folder.path)
    const open = () => readdirSync('/proc/self/fd').length
    const listening = () => process.eventNames().map((name) => [name, process.listenerCount(name)])
    const abort = new AbortController()
    const some = (count: number, tty: boolean) =>
      Promise.all(
        Array.from({ length: count }, () =>
          workspace.run({ command: ['true'], stdin: 'x', tty }, { signal: abort.signal }),
        ),
      )
    await some(10, false)
    await some(2, true)
    const before = { open: open(), listening: listening() }

    for (let round = 0; round < 20; round += 1) await some(20, false)
    for (let round = 0; round < 10; round += 1) await some(10, true)

    expect(open()).toBeLessThanOrEqual(before.open + 2)
    expect(listening()).toEqual(before.listening)
  },
)

test.runIf(process.platform === 'linux')(
  'a host without file descriptors is told so, and goes on when it has some',
  async () => {
    await using folder = await tempFolder()
    const fixture = fileURLToPath(new URL('../fixtures/platform/out-of-files.ts', import.meta.url))

    const { stdout } = await promisify(execFile)(
      'sh',
      ['-c', 'ulimit -n 128; exec "$0" "$1"', NODE, fixture],
      {
        cwd: folder.path,
      },
    )

    expect(JSON.parse(stdout)).toEqual({
      error: expect.objectContaining({ name: 'CommandNotStartedError', cwd: folder.path }),
      message: expect.stringMatching(/no free file descriptors.*EMFILE/),
      exitCode: 0,
    })
  },
)

test('a folder that goes between the check and the start is no missing program', async () => {
  await using folder = await tempFolder({ 'sub/a.txt': '' })
  await using workspace = await unconfined(folder.path)
  const sub = path.join(folder.path, 'sub')

  const running = Array.from({ length: 8 }, () =>
    workspace.run({ command: [NODE, '-e', ''], cwd: 'sub' }).then(
      ({ exitCode }) => exitCode,
      (error: unknown) => error,
    ),
  )
  await rm(sub, { recursive: true })

  for (const outcome of await Promise.all(running)) {
    if (outcome !== 0) expect(outcome).toBeInstanceOf(CommandNotStartedError)
  }
})

test('an abort ends the command, and then rejects with its reason', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const abort = new AbortController()

  const running = workspace.run({ command: 'echo $$ > pid; sleep 300' }, { signal: abort.signal })
  const pid = await numberIn(path.join(folder.path, 'pid'))
  abort.abort(new Error('enough'))

  await expect(running).rejects.toThrow('enough')
  expect(isRunning(pid)).toBe(false)
})

test('a command that was aborted before it began never runs', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)

  const running = workspace.run({ command: 'touch made' }, { signal: AbortSignal.abort(new Error('no')) })

  await expect(running).rejects.toThrow('no')
  expect(await workspace.list('.')).toEqual([])
})

test('closing the workspace ends what still runs, and nothing starts after it', async () => {
  await using folder = await tempFolder()
  const workspace = await unconfined(folder.path)
  const running = await workspace.start({ command: 'trap "" HUP; echo $$ > pid; sleep 300 & wait' })
  const pid = await numberIn(path.join(folder.path, 'pid'))

  await workspace[Symbol.asyncDispose]()

  expect(await running.ended).toMatchObject({ exitCode: 143, signal: 'SIGTERM' })
  expect(isRunning(pid)).toBe(false)
  await expect(workspace.run({ command: 'true' })).rejects.toBeInstanceOf(WorkspaceClosedError)
})

test('an interrupt is SIGINT to the whole group', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const running = await workspace.start({ command: 'echo $$ > pid; exec sleep 300' })
  await numberIn(path.join(folder.path, 'pid'))

  running.interrupt()

  expect(await running.ended).toMatchObject({ exitCode: 130, signal: 'SIGINT' })
})

test('commands see the core of the environment that was passed in, and not the process environment', async () => {
  await using folder = await tempFolder()
  await using workspace = await openWorkspace({
    workingDirectory: folder.path,
    sandboxMode: 'danger-full-access',
    environment: { PATH: process.env.PATH, SECRET_TOKEN: 'x', EDITOR: 'vi' },
    environmentPolicy: { set: { EXTRA: '1' } },
  })

  const { stdout } = await workspace.run({
    command: [NODE, '-p', 'JSON.stringify(Object.keys(process.env))'],
  })

  const names = JSON.parse(stdout)
  expect(names).toEqual(expect.arrayContaining(['PATH', 'EXTRA', 'TERM']))
  expect(names).not.toEqual(expect.arrayContaining(['SECRET_TOKEN']))
  expect(names).not.toEqual(expect.arrayContaining(['EDITOR']))
  expect(names).not.toEqual(expect.arrayContaining(['VITEST']))
})
