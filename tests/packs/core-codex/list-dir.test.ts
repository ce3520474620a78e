/** list_dir, as the model reads it. */

import { symlink } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { listDir } from '../../../src/packs/core-codex/index.ts'
import { toolCalls } from '../../support/tool-calls.ts'

const files = { 'b.txt': '', 'a/x.txt': '', 'a/deep/er/y.txt': '', 'a-b': '', '.hidden': '' }

test('entries are sorted by path and indented by depth', async () => {
  await using tools = await toolCalls([listDir], { files })
  await symlink('a', `${tools.workspace.root}/link`)

  const answer = await tools.answer('list_dir', { dir_path: '.' })

  expect(answer).toBe(
    [
      `Absolute path: ${tools.workspace.root}`,
      ...['.hidden', 'a/', 'a-b', '  deep/', '  x.txt', 'b.txt', 'link@'],
    ].join('\n'),
  )
})

test('a page says that there is more, and where', async () => {
  await using tools = await toolCalls([listDir], { files })

  const answer = await tools.answer('list_dir', { dir_path: '.', depth: 1, offset: 2, limit: 2 })
  const data = await tools.call('list_dir', { dir_path: '.', depth: 1, offset: 2, limit: 2 })

  expect(answer).toBe(`Absolute path: ${tools.workspace.root}\na/\na-b\nMore than 2 entries found`)
  expect(data).toMatchObject({
    output: {
      entries: [
        { path: 'a', kind: 'directory' },
        { path: 'a-b', kind: 'file' },
      ],
      nextOffset: 4,
    },
  })
})

test.each([
  [{ dir_path: 'nowhere' }, 'nowhere does not exist'],
  [{ dir_path: 'b.txt' }, 'b.txt is not there: a part of the path is a file'],
  [{ dir_path: '.', offset: 99 }, 'offset exceeds directory entry count'],
])('%j is answered with what is wrong', async (input, problem) => {
  await using tools = await toolCalls([listDir], { files })

  expect(await tools.answer('list_dir', input)).toContain(problem)
})

test('what lies outside the workspace is not listed', async () => {
  await using tools = await toolCalls([listDir], { files, sandboxMode: 'read-only' })

  const outcome = await tools.call('list_dir', { dir_path: '..' })

  expect(outcome).toMatchObject({ ok: false, error: { code: 'path_denied' } })
})
