/** Commands that run to their end. */

import { constants } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import {
  CommandNotStartedError,
  type CommandRequest,
  canEnforce,
  openWorkspace,
  SandboxUnavailableError,
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

test.each(['read-only', 'workspace-write'] as const)(
  'no process starts in %s, and the error names the option and what would work',
  async (sandboxMode) => {
    await using folder = await tempFolder()
    await using workspace = await openWorkspace({ workingDirectory: folder.path, sandboxMode })

    const refused = async (start: Promise<unknown>) => {
      const error = await start.catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(SandboxUnavailableError)
      expect(error).toMatchObject({
        code: 'sandbox_unavailable',
        option: 'sandboxMode',
        message: expect.stringMatching(/^sandboxMode: .*danger-full-access/),
      })
    }

    await refused(workspace.run({ command: 'touch made' }))
    await refused(workspace.start({ command: 'touch made' }))
    await refused(workspace.processes.start({ command: 'touch made' }, { yieldMs: 0 }))
    expect(await workspace.list('.')).toEqual([])
    expect(canEnforce(sandboxMode)).toBe(false)
    expect(canEnforce('danger-full-access')).toBe(true)
  },
)

test('the refusal says whether a person chose the mode', async () => {
  await using folder = await tempFolder()
  const messageWith = async (sandboxRequested: boolean) => {
    await using workspace = await openWorkspace({
      workingDirectory: folder.path,
      sandboxMode: 'read-only',
      sandboxRequested,
    })
    return workspace.run({ command: 'true' }).catch(String)
  }

  expect(await messageWith(true)).toContain('which was asked for')
  expect(await messageWith(false)).toContain('none was named')
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
