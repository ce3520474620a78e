/** Commands that have a terminal. */

import path from 'node:path'
import { expect, test } from 'vitest'
import { openWorkspace, type ProcessTable, UnknownProcessError } from '../../src/platform/index.ts'
import { confined, hasBubblewrap } from '../support/confined.ts'
import { isRunning, numberIn, until, waitingFor } from '../support/processes.ts'
import { tempFolder } from '../support/temp-folder.ts'

const LONG = { yieldMs: 15_000 }
const NOT_AT_ALL = { yieldMs: 0 }
const onPosix = test.skipIf(process.platform === 'win32')

async function unconfined(workingDirectory: string) {
  return openWorkspace({ workingDirectory, sandboxMode: 'danger-full-access', environment: process.env })
}

/** Looks until `text` has come, and gives all that came on the way. */
async function seen(processes: ProcessTable, sessionId: number, text: string, before = ''): Promise<string> {
  let output = before
  while (!output.includes(text)) output += (await processes.write(sessionId, '', NOT_AT_ALL)).output
  return output
}

onPosix('a command has a terminal of its own size, and knows its kind from the environment', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)

  const snapshot = await workspace.processes.start(
    {
      command: 'test -t 0 && test -t 1 && test -t 2 && stty size; echo "$TERM $NO_COLOR"; pwd; exit 3',
      tty: true,
    },
    LONG,
  )

  expect(snapshot).toMatchObject({
    output: `24 80\r\ndumb 1\r\n${folder.path}\r\n`,
    exitCode: 3,
    sessionId: null,
  })
})

onPosix('what is typed is echoed and read, and Ctrl-D ends the input', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const { processes } = workspace
  const { sessionId } = await processes.start({ command: 'cat; echo end', tty: true }, NOT_AT_ALL)
  const id = sessionId ?? 0

  const first = await processes.write(id, 'hällo €\n', NOT_AT_ALL)
  const echoed = await seen(processes, id, 'hällo €\r\nhällo €\r\n', first.output)
  const last = await processes.write(id, '\u0004', LONG)

  expect(echoed).toBe('hällo €\r\nhällo €\r\n')
  expect(last).toMatchObject({ output: 'end\r\n', exitCode: 0, sessionId: null })
  await expect(processes.write(id, 'x', NOT_AT_ALL)).rejects.toBeInstanceOf(UnknownProcessError)
})

onPosix.each([
  ['a command that does not mind it ends', 'exec sleep 300', 1, '^C'],
  ['a command can handle it', 'trap "echo got; exit 7" INT; sleep 300', 7, '^Cgot\r\n'],
])('Ctrl-C reaches what runs in the foreground: %s', async (_title, command, exitCode, output) => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const { processes } = workspace
  const first = await processes.start({ command: `echo up; ${command}`, tty: true }, NOT_AT_ALL)
  const id = first.sessionId ?? 0
  await seen(processes, id, 'up', first.output)

  expect(await processes.write(id, '\u0003', LONG)).toMatchObject({ exitCode, output })
})

onPosix('an interactive shell keeps its state between writes', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const { processes } = workspace
  const shell = ['env', 'PS1=ready> ', 'sh', '-i']
  const { sessionId, output } = await processes.start({ command: shell, tty: true }, NOT_AT_ALL)
  const id = sessionId ?? 0
  await seen(processes, id, 'ready> ', output)

  await processes.write(id, 'n=5; cd /\n', NOT_AT_ALL)
  const answer = await processes.write(id, 'echo "<$((n + 2)) $PWD>"\n', NOT_AT_ALL)
  const shown = await seen(processes, id, '<7 />', answer.output)
  const last = await processes.write(id, 'exit 4\n', LONG)

  expect(shown).toContain('<7 />')
  expect(last).toMatchObject({ exitCode: 4, sessionId: null })
})

onPosix('a long output comes whole, as bytes that need not be text', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const chunks: string[] = []

  const result = await workspace.run({
    command: "head -c 3000000 /dev/zero | tr '\\0' y; printf '\\377€end'",
    tty: true,
    onOutput: (_stream, text) => void chunks.push(text),
  })

  const all = chunks.join('')
  expect(all.length).toBe(3_000_000 + '\uFFFD€end'.length)
  expect(all.endsWith('y\uFFFD€end')).toBe(true)
  expect(result).toMatchObject({ exitCode: 0, truncated: true, stderr: '' })
})

onPosix('a command that runs to its end has its input typed, and ends after its time', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)

  const result = await workspace.run({
    command: 'read name; echo "hi $name"; sleep 300 & echo $! > child; wait',
    stdin: 'you\n',
    tty: true,
    timeoutMs: 1_500,
  })

  expect(result).toMatchObject({ exitCode: 124, timedOut: true, stdout: 'you\r\nhi you\r\n' })
  expect(isRunning(await numberIn(path.join(folder.path, 'child')))).toBe(false)
})

test.runIf(process.platform === 'linux')(
  'a closed workspace leaves nothing of its terminals: not a shell with jobs, nor a daemon, nor a stopped child',
  async () => {
    await using folder = await tempFolder()
    const workspace = await unconfined(folder.path)
    const names = ['job', 'daemon', 'stopped', 'shell']
    const { sessionId } = await workspace.processes.start(
      { command: ['bash', '--norc', '--noprofile', '-i'], tty: true },
      NOT_AT_ALL,
    )
    const lines = [
      'sleep 300 & echo $! > job; disown',
      'setsid sh -c \'trap "" HUP TERM; echo $$ > daemon; while :; do sleep 1; done\' &',
      'sleep 300 & kill -STOP $!; echo $! > stopped; echo $$ > shell; sleep 300',
    ]
    await workspace.processes.write(sessionId ?? 0, `${lines.join('\n')}\n`, NOT_AT_ALL)
    const started = await Promise.all(names.map((name) => numberIn(path.join(folder.path, name))))
    const runningBefore = started.filter(isRunning).length

    await workspace[Symbol.asyncDispose]()

    expect(runningBefore).toBe(names.length)
    await until(() => !started.some(isRunning))
  },
)

onPosix('commands with and without a terminal share one table', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const { processes } = workspace
  const command = `${waitingFor('go')}; test -t 1 && echo terminal || echo pipe`

  const inTerminal = await processes.start({ command, tty: true }, NOT_AT_ALL)
  const onPipes = await processes.start({ command }, NOT_AT_ALL)
  await workspace.writeText('go', '')

  expect(await processes.write(inTerminal.sessionId ?? 0, '', LONG)).toMatchObject({ output: 'terminal\r\n' })
  expect(await processes.write(onPipes.sessionId ?? 0, '', LONG)).toMatchObject({ output: 'pipe\n' })
})

test.skipIf(!hasBubblewrap)(
  'a terminal is held by the sandbox, and Ctrl-C still reaches what runs in it (bwrap)',
  async () => {
    await using held = await confined()
    const { processes } = held.workspace
    const command = `touch inside; touch ${held.outside}/x; trap "echo got; exit 7" INT; echo up; sleep 300`

    const first = await processes.start({ command, tty: true }, NOT_AT_ALL)
    const id = first.sessionId ?? 0
    const output = await seen(processes, id, 'up\r\n', first.output)
    const last = await processes.write(id, '\u0003', LONG)

    expect(output).toContain('Read-only file system')
    expect(await held.workspace.stat('inside')).not.toBeNull()
    expect(last).toMatchObject({ output: '^Cgot\r\n', exitCode: 7 })
  },
)
