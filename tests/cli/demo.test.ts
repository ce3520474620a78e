/** The demo does what it says: two bugs, two scripts, and the same by single calls. */

import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { findCompiler, findLibrary } from '../../src/cli/demo/library.ts'
import { paddingBug } from '../../src/cli/demo/padding-bug.ts'
import { pluralBug } from '../../src/cli/demo/plural-bug.ts'
import { makeRepository } from '../../src/cli/demo/repository.ts'
import { DemoError } from '../../src/cli/errors.ts'
import { type CliBench, type CliResult, cliBench } from '../support/cli.ts'
import { tempFolder } from '../support/temp-folder.ts'

const PATIENT = 90_000

const installed = () => ({ library: findLibrary(), compiler: findCompiler() })

/** The folder for temporary files, by its names on all systems. */
const temporaryIn = ({ folder }: CliBench) => ({ TMPDIR: folder, TEMP: folder, TMP: folder })

/** Requests, calls and tokens read, from the line of figures. */
function figures({ stdout }: CliResult, mode: string): { requests: number; calls: number; tokensIn: number } {
  const line = new RegExp(`^${mode} mode +(\\d+) +(\\d+) +([\\d,]+)`, 'm').exec(stdout) ?? []
  const [, requests, calls, tokensIn] = line.map((cell) => Number(cell.replaceAll(',', '')))
  return { requests: requests ?? Number.NaN, calls: calls ?? Number.NaN, tokensIn: tokensIn ?? Number.NaN }
}

test.each([
  ['1', 'count === 1n'],
  ['2', 'result.length > 0'],
])(
  'bug %s is repaired by one script: two requests, failing tests before, none after',
  async (bug, repaired) => {
    await using bench = await cliBench()

    const result = await bench.run(['demo', '--bug', bug], { env: temporaryIn(bench) })

    expect(result.stdout).toContain('danger-full-access')
    expect(result.stdout).toContain('Everything else is real')
    expect(result.stdout).toMatch(/^tests before +12 passed, 1 failed$/m)
    expect(result.stdout).toMatch(/^tests after +13 passed, 0 failed$/m)
    expect(result.stdout).toMatch(new RegExp(`^\\+.*${repaired.replaceAll('.', '\\.')}`, 'm'))
    expect(figures(result, 'script').requests).toBe(2)
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })
    expect((await readdir(bench.folder)).filter((name) => name.startsWith('codex-ts-'))).toEqual([])
  },
  PATIENT,
)

test(
  'by single calls it takes more requests and tokens, shown beside the script; --keep leaves what was repaired',
  async () => {
    await using bench = await cliBench()

    const result = await bench.run(['demo', '--direct', '--keep'], { env: temporaryIn(bench) })

    const [direct, script] = [figures(result, 'direct'), figures(result, 'script')]
    expect(direct.requests).toBe(direct.calls + 1)
    expect(script.requests).toBe(2)
    expect(direct.tokensIn).toBeGreaterThan(script.tokensIn)
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })

    const folder = /^Kept: (.+)$/m.exec(result.stdout)?.[1] ?? ''
    expect(path.dirname(folder)).toBe(bench.folder)
    const git = await promisify(execFile)('git', ['status', '--porcelain'], {
      cwd: path.join(folder, 'pretty-ms'),
    })
    expect(git.stdout).toBe(' M index.js\n')
  },
  PATIENT,
)

test('a bug that does not fit the library fails loudly and leaves no folder', async () => {
  await using temp = await tempFolder()
  const seed = { file: 'index.js', right: 'no such text', wrong: 'nothing' }

  const made = makeRepository({ ...installed(), seed, parent: temp.path, keep: true })

  await expect(made).rejects.toThrow(DemoError)
  expect(await readdir(temp.path)).toEqual([])
})

test(
  'without its bug the library passes, with it the types still check',
  async () => {
    await using temp = await tempFolder()
    const setting = { ...installed(), parent: temp.path, keep: false }
    for (const { seed } of [pluralBug, paddingBug]) {
      await using wrong = await makeRepository({ ...setting, seed })
      await using right = await makeRepository({ ...setting, seed: { ...seed, wrong: seed.right } })

      expect(await wrong.test()).toEqual({ passed: 12, failed: 1 })
      expect(await wrong.hasRightTypes()).toBe(true)
      expect(await right.test()).toEqual({ passed: 13, failed: 0 })
    }
  },
  PATIENT,
)
