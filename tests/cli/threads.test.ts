/** `threads` lists what is stored, and exchanges it with Codex. */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { cliBench, jsonLines } from '../support/cli.ts'
import { fixture } from '../support/rollouts.ts'

test('a file of Codex comes in, is listed, and goes out again', async () => {
  await using bench = await cliBench()

  const imported = await bench.run(['threads', 'import', fixture('two-turns.jsonl'), '--json'])
  const listed = await bench.run(['threads', 'list'])
  const [{ threadId = '' } = {}] = jsonLines(imported.stdout)
  const env = { CODEX_HOME: path.join(bench.folder, 'theirs') }
  const exported = await bench.run(['threads', 'export', String(threadId)], { env })

  expect(imported).toMatchObject({ exitCode: 0, stderr: '' })
  expect(listed.stdout).toMatch(new RegExp(`^${threadId}  \\S+Z  /project\\n$`))
  const file = exported.stdout.trim()
  expect(file.startsWith(path.join(env.CODEX_HOME, 'sessions'))).toBe(true)
  expect(await readFile(file, 'utf8')).toContain('Add a file.')
})

test.each([
  [[], 'Say what'],
  [['export'], 'threads export ID'],
  [['list', 'x'], 'threads list'],
  [['list', '--new-id'], '--new-id says something of threads import'],
])('threads %j is no command line', async (args, says) => {
  await using bench = await cliBench()

  const { exitCode, stderr } = await bench.run(['threads', ...args])

  expect(exitCode).toBe(2)
  expect(stderr).toContain(says)
})

test('what cannot be imported is told in one sentence', async () => {
  await using bench = await cliBench({ 'odd.jsonl': 'nonsense\n' })

  const { exitCode, stderr } = await bench.run(['threads', 'import', 'odd.jsonl'])

  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/^codex-ts threads: The rollout file .*odd\.jsonl cannot be read: line 1: .*\n$/)
})
