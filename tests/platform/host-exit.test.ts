/** What becomes of commands when their host's process ends. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { isRunning, numberIn, until } from '../support/processes.ts'
import { tempFolder } from '../support/temp-folder.ts'

const HOST = fileURLToPath(new URL('../fixtures/platform/host.ts', import.meta.url))
const NAMES = ['child', 'grandchild', 'stopped', 'stubborn', 'daemon', 'unmarked']

function startHost(...args: string[]): ChildProcess {
  return spawn(process.execPath, [HOST, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
}

async function processesIn(folder: string): Promise<number[]> {
  return Promise.all(NAMES.map((name) => numberIn(path.join(folder, name))))
}

test.runIf(process.platform === 'linux').each([
  ['comes to its end, since a command does not keep it alive', 'end', 'pipes', 0],
  ['calls exit', 'exit', 'pipes', 7],
  ['calls exit while a terminal is open', 'exit', 'tty', 7],
  ['dies of an exception', 'throw', 'pipes', 1],
  ['dies of an exception while a terminal is open', 'throw', 'tty', 1],
])('pain 24: a host that %s takes all that its commands started', async (_title, way, kind, expectedCode) => {
  await using folder = await tempFolder()
  const host = startHost(way, folder.path, kind)

  const [code] = await once(host, 'exit')

  expect(code).toBe(expectedCode)
  const started = await processesIn(folder.path)
  await until(() => !started.some(isRunning))
})

test.runIf(process.platform === 'linux').each([
  ['SIGKILL', 'pipes'],
  ['SIGKILL', 'tty'],
  ['SIGTERM', 'pipes'],
  ['SIGINT', 'pipes'],
] as const)('pain 24: a host that dies of %s with %s leaves nothing', async (signal, kind) => {
  await using folder = await tempFolder()
  const host = startHost('wait', folder.path, kind)
  const started = await processesIn(folder.path)
  await once(host.stdout ?? host, 'data')
  const runningBefore = started.filter(isRunning).length

  host.kill(signal)
  const [, endedBy] = await once(host, 'exit')

  expect(runningBefore).toBe(NAMES.length)
  expect(endedBy).toBe(signal)
  await until(() => !started.some(isRunning))
})
