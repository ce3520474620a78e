/** A disk that fails in the middle of a patch: files are as before, or it is said which are not. */

import { chmod, lstat, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { applyPatch, diskFiles, type PatchFiles } from '../../../src/packs/core-codex/apply-patch/index.ts'
import { workspacePatchFiles } from '../../../src/packs/core-codex/workspace-patch-files.ts'
import { openWorkspace } from '../../../src/platform/index.ts'
import { folderTree } from '../../support/folder-tree.ts'
import { patchOf } from '../../support/patch-text.ts'
import { canMount, type SmallDisk, smallDisk } from '../../support/small-disk.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const isMountable = await canMount()

async function diskWith(files: Readonly<Record<string, string>>): Promise<SmallDisk> {
  const disk = await smallDisk()
  for (const [name, text] of Object.entries(files)) await writeFile(`${disk.path}/${name}`, text)
  return disk
}

const TOO_LARGE = `+${'x'.repeat(2 * 1024 * 1024)}`
const UPDATE = ['*** Update File: a', '@@', '-x', '+y']
const MOVE = ['*** Update File: b', '*** Move to: new/folder/c', '@@', '-x', '+y']
const FILES = { a: 'x\n', b: 'x\n', gone: 'g\n' }

describe.skipIf(!isMountable)('on a disk of its own (needs the right to mount)', () => {
  test.each(['the files of this machine', 'a workspace'])('%s: a disk that gets full', async (where) => {
    await using disk = await diskWith(FILES)
    await using workspace = await openWorkspace({
      workingDirectory: disk.path,
      sandboxMode: 'danger-full-access',
      environment: process.env,
    })
    const files = where === 'a workspace' ? workspacePatchFiles(workspace) : diskFiles
    const before = await folderTree(disk.path)

    const { stderr } = await applyPatch(
      patchOf(...UPDATE, ...MOVE, '*** Delete File: gone', '*** Add File: full', TOO_LARGE),
      { cwd: disk.path, files },
    )

    expect(stderr).toBe(`Failed to write file ${disk.path}/full\n`)
    // Folders that a workspace made stay: it cannot remove any.
    const { 'new/folder/': _, ...after } = await folderTree(disk.path)
    expect(after).toEqual(before)
  })

  test('folders that were made are removed again, and modes are as before', async () => {
    await using disk = await diskWith(FILES)
    await chmod(`${disk.path}/gone`, 0o755)
    await chmod(`${disk.path}/b`, 0o2640)

    await applyPatch(patchOf(...MOVE, '*** Delete File: gone', '*** Add File: full', TOO_LARGE), {
      cwd: disk.path,
    })

    expect(await folderTree(disk.path)).toEqual(FILES)
    expect((await lstat(`${disk.path}/gone`)).mode & 0o7777).toBe(0o755)
    expect((await lstat(`${disk.path}/b`)).mode & 0o7777).toBe(0o2640)
  })

  test('a large file that is overwritten until the disk is full gets its text back', async () => {
    const large = `${'large\n'.repeat(250_000)}end\n`
    await using disk = await smallDisk(3 * 1024 * 1024)
    await writeFile(`${disk.path}/large`, large)

    const result = await applyPatch(patchOf('*** Update File: large', '@@', '-end', TOO_LARGE), {
      cwd: disk.path,
    })

    expect(result.stderr).toBe(`Failed to write file ${disk.path}/large\n`)
    expect(await readFile(`${disk.path}/large`, 'utf8')).toBe(large)
  })

  test('a file that cannot be removed', async () => {
    await using disk = await diskWith(FILES)
    await disk.pin('gone')

    const { stderr } = await applyPatch(patchOf(...UPDATE, '*** Delete File: gone'), { cwd: disk.path })

    expect(stderr).toBe(`Failed to delete file ${disk.path}/gone\n`)
    expect(await folderTree(disk.path)).toEqual(FILES)
  })

  test('a moved file whose old place cannot be removed', async () => {
    await using disk = await diskWith(FILES)
    await disk.pin('b')

    const { stderr } = await applyPatch(patchOf(...UPDATE, ...MOVE), { cwd: disk.path })

    expect(stderr).toBe(`Failed to remove original ${disk.path}/b\n`)
    expect(await folderTree(disk.path)).toEqual(FILES)
  })

  test('a disk that takes nothing any more: what is not as before is said, file by file', async () => {
    await using disk = await diskWith({ ...FILES, untouched: 'x\n' })
    const files: PatchFiles = {
      ...diskFiles,
      async write(path, text, options) {
        if (path.endsWith('/untouched')) await disk.makeReadOnly()
        await diskFiles.write(path, text, options)
      },
    }

    const { stderr } = await applyPatch(
      patchOf(...UPDATE, '*** Delete File: gone', '*** Update File: untouched', '@@', '-x', '+y'),
      { cwd: disk.path, files },
    )

    expect(stderr.split('\n')).toEqual([
      `Failed to write file ${disk.path}/untouched`,
      'These files could not be put back; all others are as they were:',
      expect.stringContaining(`${disk.path}/gone: is missing (EROFS: read-only file system`),
      expect.stringContaining(`${disk.path}/a: may be changed or cut short (EROFS: read-only file system`),
      '',
    ])
    expect(await folderTree(disk.path)).toEqual({ a: 'y\n', b: 'x\n', untouched: 'x\n' })
  })

  test('the program stops there, and what it wrote stays', async () => {
    await using disk = await diskWith(FILES)

    const { exitCode, changes } = await applyPatch(patchOf(...UPDATE, '*** Add File: full', TOO_LARGE), {
      cwd: disk.path,
      mode: 'program',
    })

    expect({ exitCode, changes }).toEqual({
      exitCode: 1,
      changes: [{ kind: 'update', path: `${disk.path}/a` }],
    })
    expect((await stat(`${disk.path}/a`)).size).toBe(2)
  })
})

test('a large file waits for its putting back in the temporary folder, and leaves nothing there', async () => {
  await using temporary = await tempFolder()
  await using folder = await tempFolder({ large: 'x'.repeat(2 * 1024 * 1024) })
  vi.stubEnv('TMPDIR', temporary.path)
  onTestFinished(() => void vi.unstubAllEnvs())
  let copies: string[] = []

  await applyPatch(patchOf('*** Add File: large', '+small'), {
    cwd: folder.path,
    files: {
      ...diskFiles,
      async write(path, text, options) {
        copies = await readdir(temporary.path)
        await diskFiles.write(path, text, options)
      },
    },
  })

  expect(copies).toHaveLength(1)
  expect(await readdir(temporary.path)).toEqual([])
})
