/** What becomes of commands when their host's process ends. */

import { execFile } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { isRunning, numberIn, until } from '../support/processes.ts'
import { tempFolder } from '../support/temp-folder.ts'

const HOST = fileURLToPath(new URL('../fixtures/platform/host.ts', import.meta.url))

test.each([
  ['comes to its end, since a command does not keep it alive', 'end', 0],
  ['calls exit', 'exit', 7],
  ['dies of an exception', 'throw', 1],
])('a host that %s takes its commands and their children with it', async (_title, way, expectedCode) => {
  await using folder = await tempFolder()

  const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((resolve) => {
    execFile(process.execPath, [HOST, way, folder.path], (error, stdout) => {
      resolve({ code: error === null ? 0 : error.code, stdout })
    })
  })

  expect(stdout).toBe('running\n')
  expect(code).toBe(expectedCode)
  const child = await numberIn(path.join(folder.path, 'child'))
  const grandchild = await numberIn(path.join(folder.path, 'grandchild'))
  await until(() => !isRunning(child) && !isRunning(grandchild))
})
