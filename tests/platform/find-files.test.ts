/** Which files a host's search finds, and where it stops. */

import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { type FileSearch, findHostFiles, realPathOnHost } from '../../src/platform/find-files.ts'
import { type TempFolder, tempFolder } from '../support/temp-folder.ts'

/** What is found of `A.md` in a folder, with the folder's own path taken out. */
async function find(folder: TempFolder, options: Partial<FileSearch> = {}) {
  const { files, problems } = await findHostFiles({
    folder: folder.path,
    name: 'A.md',
    depthMax: 2,
    ...options,
  })
  const bare = (text: string) => text.replaceAll(folder.path, '').replaceAll(path.sep, '/')
  return { files: files.map((file) => `${bare(file.path)} ${file.bytes}`), problems: problems.map(bare) }
}

test('finds files of one name by path, down to a depth, and passes over hidden folders and packages', async () => {
  await using folder = await tempFolder({
    'A.md': '',
    'x/A.md': 'text',
    'x/B.md': '',
    'x/y/A.md': '',
    'x/y/z/A.md': '',
    '.hidden/A.md': '',
    'node_modules/p/A.md': '',
  })

  expect(await find(folder)).toEqual({ files: ['/A.md 0', '/x/A.md 4', '/x/y/A.md 0'], problems: [] })
  expect(await find(folder, { depthMax: 0 })).toEqual({ files: ['/A.md 0'], problems: [] })
  expect(await find(folder, { folder: path.join(folder.path, 'gone') })).toEqual({ files: [], problems: [] })
  expect(await find(folder, { folder: path.join(folder.path, 'A.md') })).toEqual({ files: [], problems: [] })
})

test('counts the depth through links, too, and comes out of every circle of them', async () => {
  await using folder = await tempFolder({ 'in/a/b/c/A.md': '', 'far/u/A.md': '', 'far/u/v/A.md': '' })
  await symlink('../far', path.join(folder.path, 'in/far'))
  await symlink('../in', path.join(folder.path, 'in/again'))
  await symlink('self', path.join(folder.path, 'in/self'))
  const inside = { folder: path.join(folder.path, 'in') }

  expect(await find(folder, inside)).toEqual({ files: ['/in/far/u/A.md 0'], problems: [] })
  expect((await find(folder, { ...inside, depthMax: 3 })).files).toEqual([
    '/in/a/b/c/A.md 0',
    '/in/far/u/A.md 0',
    '/in/far/u/v/A.md 0',
  ])
  expect(await realPathOnHost(path.join(folder.path, 'in/self'))).toBe(null)
})

test('says which links it did not follow', async () => {
  await using folder = await tempFolder({ 'in/x/y': '', 'out/A.md': '' })
  await symlink('../out', path.join(folder.path, 'in/out'))
  await symlink('../../out/A.md', path.join(folder.path, 'in/x/A.md'))
  await mkdir(path.join(folder.path, 'in/z'))
  await symlink('gone', path.join(folder.path, 'in/z/A.md'))
  const inside = path.join(folder.path, 'in')

  expect(await find(folder, { folder: inside, within: inside })).toEqual({
    files: [],
    problems: [
      '/in/x/A.md is left out: it is a link that leads out of the project.',
      '/in/z/A.md is left out: it is a link that leads nowhere.',
      '/in/out is left out: it is a link that leads out of the project.',
    ],
  })
})

test('looks at no more than it may, and says when it stopped', async () => {
  await using folder = await tempFolder({ 'A.md': '' })
  for (let n = 0; n < 9; n += 1) await writeFile(path.join(folder.path, `B${n}.md`), '')

  expect((await find(folder, { entriesMax: 10 })).problems).toEqual([])
  expect((await find(folder, { entriesMax: 9 })).problems).toEqual([
    'Only the first 9 files and links below  were looked at.',
  ])
})
