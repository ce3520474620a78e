/** Commands that outlive the call that started them. */

import path from 'node:path'
import { expect, test } from 'vitest'
import { openWorkspace, StdinClosedError, UnknownProcessError } from '../../src/platform/index.ts'
import { isRunning, numberIn, until, waitingFor } from '../support/processes.ts'
import { tempFolder } from '../support/temp-folder.ts'

const LONG = { yieldMs: 15_000 }
const NOT_AT_ALL = { yieldMs: 0 }

async function unconfined(workingDirectory: string) {
  return openWorkspace({ workingDirectory, sandboxMode: 'danger-full-access', environment: process.env })
}

test('a command that ends in time is reported with its output and has no number', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)

  const snapshot = await workspace.processes.start({ command: 'echo out; echo err >&2; exit 3' }, LONG)

  expect(snapshot).toMatchObject({
    output: 'out\nerr\n',
    outputBytes: 8,
    omittedBytes: 0,
    exitCode: 3,
    sessionId: null,
  })
})

test('a command that dies young is reported dead however short the wait', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)

  expect(await workspace.processes.start({ command: ['no-such-program-zz'] }, NOT_AT_ALL)).toMatchObject({
    exitCode: 127,
    sessionId: null,
  })
})

test('each look gives only what is new, and the last one the exit code', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const { processes } = workspace

  const first = await processes.start(
    { command: `echo one; ${waitingFor('go')}; echo two; exit 5` },
    NOT_AT_ALL,
  )
  const id = first.sessionId ?? 0
  let output = first.output
  while (output === '') output = (await processes.write(id, '', NOT_AT_ALL)).output
  const nothingNew = await processes.write(id, '', NOT_AT_ALL)
  await workspace.writeText('go', '')
  const last = await processes.write(id, '', LONG)

  expect(first).toMatchObject({ exitCode: null, sessionId: id })
  expect(id).toBeGreaterThanOrEqual(1_000)
  expect(id).toBeLessThanOrEqual(99_999)
  expect(output).toBe('one\n')
  expect(nothingNew).toMatchObject({ output: '', exitCode: null, sessionId: id })
  expect(last).toMatchObject({ output: 'two\n', exitCode: 5, sessionId: null })
  await expect(processes.write(id, '', NOT_AT_ALL)).rejects.toThrow(`Unknown process id ${id}`)
  await expect(processes.write(id, '', NOT_AT_ALL)).rejects.toBeInstanceOf(UnknownProcessError)
})

test('looks at the same command at once happen in turn and share nothing', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const { processes } = workspace
  const { sessionId } = await processes.start({ command: `${waitingFor('go')}; echo end` }, NOT_AT_ALL)

  const looks = [processes.write(sessionId ?? 0, '', LONG), processes.write(sessionId ?? 0, '', LONG)]
  await workspace.writeText('go', '')

  expect((await Promise.all(looks)).map((look) => [look.output, look.exitCode])).toEqual([
    ['end\n', 0],
    ['', 0],
  ])
})

test('a background child that holds the pipe does not hold the answer, and ends with the workspace', async () => {
  await using folder = await tempFolder()
  const workspace = await unconfined(folder.path)

  const snapshot = await workspace.processes.start({ command: 'echo up; sleep 300 & echo $! > child' }, LONG)
  const child = await numberIn(path.join(folder.path, 'child'))
  const aliveBefore = isRunning(child)
  await workspace[Symbol.asyncDispose]()

  expect(snapshot).toMatchObject({ output: 'up\n', exitCode: 0 })
  expect(aliveBefore).toBe(true)
  await until(() => !isRunning(child))
})

test.runIf(process.platform === 'linux')(
  'a daemon that a finished command left behind ends with the workspace',
  async () => {
    await using folder = await tempFolder()
    const workspace = await unconfined(folder.path)

    await workspace.processes.start(
      { command: "setsid sh -c 'echo $$ > daemon; exec sleep 300' >/dev/null 2>&1 &" },
      LONG,
    )
    const daemon = await numberIn(path.join(folder.path, 'daemon'))
    await workspace[Symbol.asyncDispose]()

    await until(() => !isRunning(daemon))
  },
)

test('more than a mebibyte between two looks is cut in the middle and counted', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)

  const { output, outputBytes, omittedBytes } = await workspace.processes.start(
    { command: 'printf begin; head -c 3000000 /dev/zero | tr "\\0" y; printf end' },
    LONG,
  )

  expect(outputBytes).toBe(3_000_008)
  expect(omittedBytes).toBe(3_000_008 - 1024 * 1024)
  expect(output).toContain(`yyy\n... ${omittedBytes} bytes omitted ...\nyyy`)
  expect(output.startsWith('beginyyy')).toBe(true)
  expect(output.endsWith('yyyend')).toBe(true)
})

test('an abort ends the look, not the command', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const { processes } = workspace
  const { sessionId } = await processes.start({ command: `${waitingFor('go')}; echo end` }, NOT_AT_ALL)
  const abort = new AbortController()

  const look = processes.write(sessionId ?? 0, '', { ...LONG, signal: abort.signal })
  abort.abort(new Error('enough'))
  await expect(look).rejects.toThrow('enough')
  await workspace.writeText('go', '')

  expect(await processes.write(sessionId ?? 0, '', LONG)).toMatchObject({ output: 'end\n', exitCode: 0 })
})

test('without a terminal only Ctrl-C can be sent', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const { processes } = workspace
  const { sessionId } = await processes.start({ command: 'exec sleep 300' }, NOT_AT_ALL)

  await expect(processes.write(sessionId ?? 0, 'hello\n', NOT_AT_ALL)).rejects.toBeInstanceOf(
    StdinClosedError,
  )
  expect(await processes.write(sessionId ?? 0, '\u0003', LONG)).toMatchObject({
    exitCode: 130,
    sessionId: null,
  })
})

test('the end of a command is told once, also when nobody looks', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const endings: string[] = []

  await workspace.processes.start(
    { command: `echo one; ${waitingFor('go')}; echo two` },
    { ...NOT_AT_ALL, onEnded: ({ aggregated, exitCode }) => endings.push(`${aggregated}${exitCode}`) },
  )
  expect(endings).toEqual([])
  await workspace.writeText('go', '')

  await until(() => endings.length > 0)
  expect(endings).toEqual(['one\ntwo\n0'])
})

test('of more than 64 commands the finished one goes first, then the one unused for longest', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const { processes } = workspace
  const sleeper = async () =>
    (await processes.start({ command: ['sleep', '300'] }, NOT_AT_ALL)).sessionId ?? 0

  let hasEnded = false
  const oldest = await sleeper()
  const finished = await processes.start(
    { command: waitingFor('go') },
    { ...NOT_AT_ALL, onEnded: () => (hasEnded = true) },
  )
  const others = await Promise.all(Array.from({ length: 62 }, sleeper))
  await workspace.writeText('go', '')
  await until(() => hasEnded)
  await sleeper()
  const afterFirst = await processes.write(oldest, '', NOT_AT_ALL)
  await sleeper()

  expect(afterFirst.exitCode).toBeNull()
  await expect(processes.write(finished.sessionId ?? 0, '', NOT_AT_ALL)).rejects.toThrow(UnknownProcessError)
  const looks = await Promise.allSettled(others.map((id) => processes.write(id, '', NOT_AT_ALL)))
  expect(looks.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  expect(await processes.write(oldest, '', NOT_AT_ALL)).toMatchObject({ exitCode: null })
})
