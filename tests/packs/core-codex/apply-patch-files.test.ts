/** What a patch leaves as it is: links, modes, special files, and what others write meanwhile. */

import { execFileSync } from 'node:child_process'
import { appendFile, chmod, link, lstat, readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { applyPatch, diskFiles, type PatchFiles } from '../../../src/packs/core-codex/apply-patch/index.ts'
import { applyPatchTool } from '../../../src/packs/core-codex/index.ts'
import { cliBench } from '../../support/cli.ts'
import { folderTree } from '../../support/folder-tree.ts'
import { patchOf, updateOf } from '../../support/patch-text.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { toolCalls } from '../../support/tool-calls.ts'

const isPosix = process.platform !== 'win32'
const isLinux = process.platform === 'linux'
const modeOf = async (path: string) => (await lstat(path)).mode & 0o7777

test.each(['tool', 'program'] as const)(
  '%s: an updated file stays the same file, with its mode',
  async (mode) => {
    await using folder = await tempFolder({ a: 'x\nlong line that goes\n' })
    await chmod(`${folder.path}/a`, 0o750)
    await link(`${folder.path}/a`, `${folder.path}/b`)

    await applyPatch(updateOf('a', '@@', '-x', '-long line that goes', '+y'), { cwd: folder.path, mode })

    expect(await folderTree(folder.path)).toEqual({ a: 'y\n', b: 'y\n' })
    expect(await modeOf(`${folder.path}/a`)).toBe(0o750)
  },
)

test('the agent’s tool keeps the mode of a file that it updates', async () => {
  await using tools = await toolCalls([applyPatchTool], { files: { a: 'x\n' } })
  await chmod(`${tools.workspace.root}/a`, 0o755)

  await tools.call('apply_patch', { input: updateOf('a', '@@', '-x', '+y') })

  expect(await modeOf(`${tools.workspace.root}/a`)).toBe(0o755)
})

test.skipIf(!isPosix)('a pipe is neither read nor written, and nobody waits for its other side', async () => {
  await using folder = await tempFolder({ a: 'x\n' })
  execFileSync('mkfifo', [`${folder.path}/pipe`])
  const refused = `${folder.path}/pipe was not written: it is a pipe, a socket or a device`

  const [added, moved, updated, deleted] = [
    await applyPatch(patchOf('*** Add File: pipe', '+x'), { cwd: folder.path, mode: 'program' }),
    await applyPatch(updateOf('a', '*** Move to: pipe', '@@', ' x'), { cwd: folder.path }),
    await applyPatch(updateOf('pipe', '@@', '-x'), { cwd: folder.path, mode: 'program' }),
    await applyPatch(patchOf('*** Delete File: pipe'), { cwd: folder.path, mode: 'program' }),
  ]

  expect(added.stderr).toContain(refused)
  expect(moved.stderr).toContain(refused)
  expect(updated.stderr).toContain(`path \`${folder.path}/pipe\` is not a file`)
  expect(deleted.exitCode).toBe(0)
  expect(await folderTree(folder.path)).toEqual({ a: 'x\n' })
})

test.skipIf(!isPosix)('the command refuses a pipe too', async () => {
  await using bench = await cliBench()
  execFileSync('mkfifo', [`${bench.folder}/pipe`])

  const result = await bench.run(['apply-patch', patchOf('*** Add File: pipe', '+x')])

  expect(result).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('it is a pipe') })
})

test.skipIf(!isLinux)('folders that cannot be made and files without an end are given up', async () => {
  const make = await applyPatch(patchOf('*** Add File: /proc/no/such/file', '+x'), {
    cwd: '/',
    mode: 'program',
  })
  const endless = await applyPatch(updateOf('/proc/self/pagemap', '@@', '-x'), { cwd: '/', mode: 'program' })
  const nothing = await applyPatch(patchOf('*** Add File: /dev/null', '+x'), { cwd: '/', mode: 'program' })

  expect(make.stderr).toBe('Failed to create parent directories for /proc/no/such/file\n')
  expect(endless.stderr).toBe('Failed to read file to update /proc/self/pagemap: the file does not end\n')
  expect(nothing.exitCode).toBe(0)
})

/** The files of this machine, where somebody else acts after the last reading of `a` and before its writing. */
function filesWhere(act: (path: string) => Promise<void>, readings: number): PatchFiles {
  let left = readings
  return {
    ...diskFiles,
    async read(path) {
      const bytes = await diskFiles.read(path)
      if (path.endsWith('/a')) left -= 1
      if (left === 0 && path.endsWith('/a')) await act(path)
      return bytes
    },
  }
}

test.each([
  ['tool', 2, updateOf('a', '@@', '-x', '+y'), 'Failed to write file'],
  ['program', 1, updateOf('a', '@@', '-x', '+y'), 'Failed to write file'],
  ['tool', 2, updateOf('a', '*** Move to: b', '@@', '-x', '+y'), 'Failed to write file'],
] as const)(
  '%s: what somebody else writes between reading %i and writing is not lost',
  async (mode, readings, patch, words) => {
    await using folder = await tempFolder({ a: 'x\n' })
    const files = filesWhere((path) => appendFile(path, 'theirs\n'), readings)

    const { stderr } = await applyPatch(patch, { cwd: folder.path, mode, files })

    expect(stderr).toContain(
      `${words} ${folder.path}/a: somebody else changed it while the patch was applied.`,
    )
    expect((await readFile(`${folder.path}/a`, 'utf8')).endsWith('theirs\n')).toBe(true)
  },
)

test('what somebody else writes after the checks is kept when the patch still fits', async () => {
  await using folder = await tempFolder({ a: 'x\n' })

  const { exitCode } = await applyPatch(updateOf('a', '@@', '-x', '+y'), {
    cwd: folder.path,
    onVerified: () => void execFileSync('sed', ['-i', '1i theirs', `${folder.path}/a`]),
  })

  expect(exitCode).toBe(0)
  expect(await folderTree(folder.path)).toEqual({ a: 'theirs\ny\n' })
})

test('a patch that does not fit any more writes nothing', async () => {
  await using folder = await tempFolder({ a: 'x\n', b: 'x\n' })
  const files: PatchFiles = {
    ...diskFiles,
    async write(path, text, options) {
      await writeFile(`${folder.path}/b`, 'theirs\n')
      await diskFiles.write(path, text, options)
    },
  }

  const { stderr } = await applyPatch(
    patchOf('*** Update File: a', '@@', '-x', '+y', '*** Update File: b', '@@', '-x', '+y'),
    { cwd: folder.path, files },
  )

  expect(stderr).toBe(`Failed to find expected lines in ${folder.path}/b:\nx\n`)
  expect(await folderTree(folder.path)).toEqual({ a: 'x\n', b: 'theirs\n' })
})
