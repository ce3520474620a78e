/** grep_files, with ripgrep and without. */

import { mkdir, symlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { grepFiles } from '../../../src/packs/core-codex/index.ts'
import { type ToolCalls, toolCalls } from '../../support/tool-calls.ts'

const FILES = {
  'src/a.ts': 'one needle\n',
  'src/b.js': 'NEEDLE\r\n',
  'src/deep/c.ts': 'x\nneedle',
  'src/deep/.ignore': 'ignored.ts\n',
  'src/deep/ignored.ts': 'needle',
  '.hidden/d.ts': 'needle',
  'build/e.ts': 'needle',
  'logs/f.log': 'needle',
  'logs/keep.log': 'needle',
  'binary.ts': 'needle\u0000',
  '.gitignore': '# made by tools\n/build/\n*.log\n!keep.log\n',
}

afterEach(() => vi.unstubAllEnvs())

/** Commands find no program, so our own walker answers. */
async function withoutRipgrep(files: Readonly<Record<string, string>> = FILES): Promise<ToolCalls> {
  vi.stubEnv('PATH', '/nonexistent')
  const tools = await toolCalls([grepFiles], { files })
  vi.unstubAllEnvs()
  await mkdir(`${tools.workspace.root}/.git`)
  return tools
}

async function found(tools: ToolCalls, input: object): Promise<string[]> {
  const outcome = await tools.call('grep_files', input)
  if (!outcome.ok) throw outcome.error
  const { files } = outcome.output as { files: string[] }
  return files.map((file) => path.relative(tools.workspace.root, file)).sort()
}

test.each<[object, string[]]>([
  [{ pattern: 'needle' }, ['logs/keep.log', 'src/a.ts', 'src/deep/c.ts']],
  [{ pattern: '(?i)^needle' }, ['logs/keep.log', 'src/b.js', 'src/deep/c.ts']],
  [{ pattern: 'needle$' }, ['logs/keep.log', 'src/a.ts', 'src/deep/c.ts']],
  [{ pattern: '^[[:lower:]]+ n' }, ['src/a.ts']],
  [{ pattern: 'x.needle' }, []],
  [{ pattern: 'needle', include: '*.ts' }, ['src/a.ts', 'src/deep/c.ts', 'src/deep/ignored.ts']],
  [{ pattern: 'needle', include: 'src/*.{ts,js}' }, ['src/a.ts']],
  [{ pattern: 'needle', include: '!*.ts' }, ['logs/keep.log']],
  [{ pattern: 'needle', path: 'src/deep' }, ['src/deep/c.ts']],
  [{ pattern: 'needle', path: 'build/e.ts' }, ['build/e.ts']],
])('%j finds what ripgrep finds', async (input, expected) => {
  await using tools = await withoutRipgrep()
  await using withRipgrep = await toolCalls([grepFiles], { files: FILES })
  await mkdir(`${withRipgrep.workspace.root}/.git`)

  const ours = await found(tools, input)

  expect(ours).toEqual(expected)
  expect(await found(withRipgrep, input)).toEqual(ours)
})

test('the file changed last comes first, and a limit says that it cut', async () => {
  await using tools = await withoutRipgrep({ old: 'x', newest: 'x', newer: 'x' })
  for (const [index, name] of ['old', 'newer', 'newest'].entries()) {
    await utimes(`${tools.workspace.root}/${name}`, index, index)
  }

  const answer = await tools.answer('grep_files', { pattern: 'x' })
  const cut = await tools.call('grep_files', { pattern: 'x', limit: 1 })

  const { root } = tools.workspace
  expect(answer).toBe(`${root}/newest\n${root}/newer\n${root}/old`)
  expect(cut).toEqual({ ok: true, output: { files: [`${root}/newest`], hasMore: true } })
})

test('of a line longer than 8 MiB the beginning is searched, and so is what follows the line', async () => {
  const long = 'x'.repeat(9 * 1024 * 1024)
  await using tools = await withoutRipgrep({
    early: `needle${long}`,
    late: `${long}needle`,
    behind: `${long}\nneedle`,
    binary: `needle\0${long}`,
  })

  expect(await found(tools, { pattern: '^needle' })).toEqual(['behind', 'early'])
  expect(await found(tools, { pattern: 'needle' })).toEqual(['behind', 'early'])
})

test('rules of git count in a repository only', async () => {
  await using tools = await toolCalls([grepFiles], { files: FILES, sandboxMode: 'read-only' })

  expect(await found(tools, { pattern: 'needle', path: 'logs' })).toEqual(['logs/f.log', 'logs/keep.log'])
})

test('links are not followed, not even in a circle', async () => {
  await using tools = await withoutRipgrep({ 'a/f': 'x' })
  await symlink('..', `${tools.workspace.root}/a/up`)

  expect(await found(tools, { pattern: 'x' })).toEqual(['a/f'])
})

test.each([
  [{ pattern: 'nothing like it' }, 'No matches found.'],
  [{ pattern: '(' }, 'pattern is not a regular expression'],
  [{ pattern: '  ' }, 'pattern'],
  [{ pattern: 'x', path: 'nowhere' }, 'nowhere does not exist'],
])('%j is answered in words', async (input, words) => {
  await using tools = await withoutRipgrep()

  expect(await tools.answer('grep_files', input)).toContain(words)
})
