/** A patch that fails midway leaves the files as they were. */

import { chmod, lstat, symlink, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { applyPatch, diskFiles, type PatchFiles } from '../../../src/packs/core-codex/apply-patch/index.ts'
import { folderTree } from '../../support/folder-tree.ts'
import { patchOf } from '../../support/patch-text.ts'
import { tempFolder } from '../../support/temp-folder.ts'

/** The folder `d` is in the way of the last file: checking cannot see it, writing fails. */
const FAILS_AT_LAST = ['*** Add File: d', '+in the way']

test('everything that was written is put back', async () => {
  await using folder = await tempFolder({
    'd/keep': '',
    update: 'x\n',
    gone: 'g\n',
    moved: 'm\n',
    over: 'o\n',
  })
  await chmod(`${folder.path}/gone`, 0o755)
  await writeFile(`${folder.path}/bytes`, Buffer.from([0xff, 0xfe]))
  await symlink('update', `${folder.path}/link`)
  const before = await folderTree(folder.path)

  const result = await applyPatch(
    patchOf(
      ...['*** Update File: update', '@@', '-x', '+y'],
      ...['*** Delete File: gone', '*** Delete File: link'],
      ...['*** Update File: moved', '*** Move to: new/folder/moved', '@@', '-m', '+n'],
      ...['*** Add File: over', '+new', '*** Add File: bytes', '+text', '*** Add File: deep/er/file', '+1'],
      ...FAILS_AT_LAST,
    ),
    { cwd: folder.path, mode: 'tool' },
  )

  expect(result).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `Failed to write file ${folder.path}/d\n`,
    changes: [],
  })
  expect(await folderTree(folder.path)).toEqual(before)
  expect((await lstat(`${folder.path}/gone`)).mode & 0o777).toBe(0o755)
})

test('what was written through a link is put back', async () => {
  await using folder = await tempFolder({ 'd/keep': '', real: 'x\n' })
  await symlink('real', `${folder.path}/link`)
  await symlink('nothing', `${folder.path}/dangling`)
  const before = await folderTree(folder.path)

  await applyPatch(
    patchOf('*** Update File: link', '@@', '-x', '+y', '*** Add File: dangling', '+1', ...FAILS_AT_LAST),
    { cwd: folder.path, mode: 'tool' },
  )

  expect(await folderTree(folder.path)).toEqual(before)
})

test('the program leaves what it wrote, as Codex does', async () => {
  await using folder = await tempFolder({ 'd/keep': '', a: 'x\n' })

  await applyPatch(patchOf('*** Update File: a', '@@', '-x', '+y', ...FAILS_AT_LAST), {
    cwd: folder.path,
    mode: 'program',
  })

  expect(await folderTree(folder.path)).toEqual({ 'd/keep': '', a: 'y\n' })
})

test('a file that cannot be put back is named, with what became of it', async () => {
  await using folder = await tempFolder({ 'd/keep': '', a: 'x\n', gone: 'g\n' })
  const files: PatchFiles = {
    ...diskFiles,
    snapshot: async (path) =>
      path.endsWith('/d')
        ? diskFiles.snapshot(path)
        : { restore: () => Promise.reject(new Error('the disk is gone')), forget: async () => {} },
  }

  const { stderr } = await applyPatch(
    patchOf('*** Update File: a', '@@', '-x', '+y', '*** Delete File: gone', ...FAILS_AT_LAST),
    { cwd: folder.path, mode: 'tool', files },
  )

  expect(stderr).toBe(
    `Failed to write file ${folder.path}/d\n` +
      'These files could not be put back; all others are as they were:\n' +
      `${folder.path}/gone: is missing (the disk is gone)\n` +
      `${folder.path}/a: may be changed or cut short (the disk is gone)\n`,
  )
})
