/** What importing the package costs a host: our own files and light built-ins, nothing more. */

import { execFile } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtPackage } from '../support/built-package.ts'
import { repositoryRoot } from '../support/source-graph.ts'
import type { TempFolder } from '../support/temp-folder.ts'

const run = promisify(execFile)
const fixture = (name: string) => path.join(repositoryRoot, 'tests/fixtures', name)

let built: TempFolder
beforeAll(async () => {
  built = await builtPackage()
}, 120_000)
afterAll(() => built[Symbol.asyncDispose]())

async function loadedWith(file: string): Promise<string[]> {
  const { stdout } = await run(process.execPath, [fixture('loaded-modules.mjs'), pathToFileURL(file).href])
  return JSON.parse(stdout)
}

describe('importing the root', () => {
  test.each([
    ['built', () => path.join(built.path, 'dist/index.js')],
    ['from source', () => path.join(repositoryRoot, 'src/index.ts')],
  ])('%s, loads no package, worker, database or server', async (_, door) => {
    const loaded = await loadedWith(door())

    expect(loaded).toContain(pathToFileURL(door()).href)
    expect(loaded.filter((url) => url.includes('/node_modules/'))).toEqual([])
    const heavy = /^node:(?:worker_threads|child_process|sqlite|https?|inspector)$/
    expect(loaded.filter((url) => heavy.test(url))).toEqual([])
  })

  test('built, leaves nothing behind that keeps the process alive', async () => {
    const program = `await import(${JSON.stringify(pathToFileURL(path.join(built.path, 'dist/index.js')).href)})
      console.log(JSON.stringify(process.getActiveResourcesInfo().filter((it) => !/Wrap$/.test(it))))`

    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program])

    expect(JSON.parse(stdout)).toEqual([])
  })

  test('pain 16: built, works by require: no module waits at its top level', async () => {
    const program = `console.log(typeof require(${JSON.stringify(path.join(built.path, 'dist/index.js'))}).Codex)`

    const { stdout } = await run(process.execPath, ['--input-type=commonjs', '--eval', program])

    expect(stdout.trim()).toBe('function')
  })
})

describe('the built program', () => {
  test('tells an older Node what is needed, in one line', async () => {
    const bin = path.join(built.path, 'dist/bin.js')

    const result = run(process.execPath, ['--require', fixture('pretend-node-20.cjs'), bin, '--help'])

    await expect(result).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^codex-ts needs Node 22\.18 or newer, and this is Node 20\.20\.2: .+\n$/,
      ),
    })
  })

  test('prints its help on this Node', async () => {
    const { stdout } = await run(process.execPath, [path.join(built.path, 'dist/bin.js'), '--help'])

    expect(stdout).toContain('codex-ts')
  })
})
