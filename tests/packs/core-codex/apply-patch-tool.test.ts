/** apply_patch, as the model calls it; texts and items were recorded from Codex 0.169.0. */

import path from 'node:path'
import { expect, test } from 'vitest'
import { applyPatchTool } from '../../../src/packs/core-codex/index.ts'
import { folderTree } from '../../support/folder-tree.ts'
import { patchOf, updateOf } from '../../support/patch-text.ts'
import { type ToolCalls, toolCalls } from '../../support/tool-calls.ts'

const withFiles = (files: Readonly<Record<string, string>>, sandboxMode?: 'read-only' | 'workspace-write') =>
  toolCalls([applyPatchTool], { files, ...(sandboxMode !== undefined && { sandboxMode }) })

/** Items as `type status path`, the workspace's root left out. */
function shownBy({ shown, workspace }: ToolCalls): string[] {
  return shown.map(({ state, item }) => {
    if (item.type !== 'file_change') throw new Error(`Unexpected item ${item.type}`)
    const changes = item.changes.map(
      (change) => `${change.kind} ${path.relative(workspace.root, change.path)}`,
    )
    return `${state} ${item.status}: ${changes.join(', ')}`
  })
}

test('a good patch answers with the list of files, and shows as a file change', async () => {
  await using tools = await withFiles({ a: 'x\n', 'd/b': 'y\n' })
  const patch = patchOf(
    '*** Add File: n',
    '+1',
    '*** Update File: d/b',
    '*** Move to: c',
    '@@',
    ' y',
    '*** Delete File: a',
  )

  const answer = await tools.answer('apply_patch', { input: patch })

  expect(answer).toMatch(
    /^Exit code: 0\nWall time: \d+(\.\d)? seconds\nOutput:\nSuccess\. Updated the following files:\nA n\nM c\nD a\n$/,
  )
  expect(shownBy(tools)).toEqual([
    'updated in_progress: delete a, update d/b, add n',
    'completed completed: delete a, update d/b, add n',
  ])
})

test('a script gets the changes as data', async () => {
  await using tools = await withFiles({ a: 'x\n' })

  const outcome = await tools.call('apply_patch', { input: updateOf('a', '*** Move to: b', '@@', ' x') })

  const { root } = tools.workspace
  expect(outcome).toMatchObject({
    ok: true,
    output: { changes: [{ kind: 'update', path: `${root}/a`, movePath: `${root}/b` }] },
  })
})

test('a patch that does not fit is answered with the reason, and shows nothing', async () => {
  await using tools = await withFiles({ a: 'x\n' })

  const answer = await tools.answer('apply_patch', { input: updateOf('a', '-nope', '+y') })

  expect(answer).toBe(
    `apply_patch verification failed: Failed to find expected lines in ${tools.workspace.root}/a:\nnope`,
  )
  expect(tools.shown).toEqual([])
})

test('a disk that fails midway shows a failed change, and the files are as before', async () => {
  await using tools = await withFiles({ a: 'x\n', gone: 'g\n', 'd/keep': '' })
  const patch = patchOf(
    '*** Update File: a',
    '@@',
    '-x',
    '+y',
    '*** Delete File: gone',
    '*** Add File: d',
    '+1',
  )

  const answer = await tools.answer('apply_patch', { input: patch })

  expect(answer).toMatch(/^Exit code: 1\nWall time: .* seconds\nOutput:\nFailed to write file .*\/d\n$/)
  expect(shownBy(tools).at(-1)).toBe('completed failed: update a, add d, delete gone')
  expect(await folderTree(tools.workspace.root)).toEqual({ a: 'x\n', gone: 'g\n', 'd/keep': '' })
})

test('in read-only mode nothing is written', async () => {
  await using tools = await withFiles({ a: 'x\n' }, 'read-only')

  const answer = await tools.answer('apply_patch', { input: patchOf('*** Delete File: a') })

  expect(answer).toBe(
    'patch rejected: writing is blocked by read-only sandbox; rejected by user approval settings',
  )
  expect(tools.shown).toEqual([])
  expect(await folderTree(tools.workspace.root)).toEqual({ a: 'x\n' })
})

test('a patch that reaches outside the workspace writes nothing at all', async () => {
  await using tools = await withFiles({ a: 'x\n' }, 'workspace-write')
  const patch = patchOf('*** Delete File: a', '*** Add File: /no-such-folder/outside', '+x')

  const answer = await tools.answer('apply_patch', { input: patch })

  expect(answer).toContain(
    'patch rejected: writing outside of the project; rejected by user approval settings',
  )
  expect(await folderTree(tools.workspace.root)).toEqual({ a: 'x\n' })
})

test('free text is taken as the patch', () => {
  expect(applyPatchTool.freeform?.toInput('text')).toEqual({ input: 'text' })
  expect(applyPatchTool.freeform?.format).toMatchObject({ type: 'grammar', syntax: 'lark' })
})
