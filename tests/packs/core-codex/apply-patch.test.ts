/** What a patch does to files; every outcome here was recorded from Codex 0.169.0. */

import { expect, test } from 'vitest'
import { applyPatch } from '../../../src/packs/core-codex/apply-patch/index.ts'
import { folderTree } from '../../support/folder-tree.ts'
import { patchOf, updateOf } from '../../support/patch-text.ts'
import { tempFolder } from '../../support/temp-folder.ts'

type Files = Readonly<Record<string, string>>

async function outcomeOf(mode: 'tool' | 'program', files: Files, patch: string) {
  await using folder = await tempFolder(files)
  const { exitCode, stdout, stderr } = await applyPatch(patch, { cwd: folder.path, mode })
  return {
    exitCode,
    stdout,
    stderr: stderr.replaceAll(folder.path, '$D'),
    tree: await folderTree(folder.path),
  }
}

const success = (...lines: string[]) => `Success. Updated the following files:\n${lines.join('\n')}\n`

test.each<[string, Files, string, string, Files]>([
  [
    'a file is added, in folders that did not exist',
    {},
    patchOf('*** Add File: a/b/c', '+x', '+'),
    success('A a/b/c'),
    { 'a/b/c': 'x\n\n' },
  ],
  [
    'an added file replaces one',
    { a: 'old\r\n' },
    patchOf('*** Add File: a', '+new'),
    success('A a'),
    { a: 'new\n' },
  ],
  ['an added file without lines is empty', {}, patchOf('*** Add File: a'), success('A a'), { a: '' }],
  ['a file is deleted', { a: 'x\n', b: 'y\n' }, patchOf('*** Delete File: a'), success('D a'), { b: 'y\n' }],
  [
    'a file moves to a new folder',
    { a: 'x\ny\n' },
    updateOf('a', '*** Move to: d/b', '@@', '-x', '+X', ' y'),
    success('M d/b'),
    { 'd/b': 'X\ny\n' },
  ],
  [
    'a moved file replaces its target',
    { a: 'x\n', b: 'y\n' },
    updateOf('a', '*** Move to: b', '@@', ' x'),
    success('M b'),
    { b: 'x\n' },
  ],
  [
    'a file that moves to its own path is gone',
    { a: 'x\n' },
    updateOf('a', '*** Move to: ./a', '@@', '-x', '+y'),
    success('M ./a'),
    {},
  ],
  [
    'the summary lists added, updated, then deleted files',
    { d: '', u: 'x\n' },
    patchOf('*** Delete File: d', '*** Update File: u', '@@', '-x', '+y', '*** Add File: a', '+1'),
    success('A a', 'M u', 'D d'),
    { a: '1\n', u: 'y\n' },
  ],
  [
    'tabs and carriage returns are dropped from paths',
    {},
    patchOf('*** Add File: a\tb\rc', '+x'),
    success('A a\tb\rc'),
    { abc: 'x\n' },
  ],
  [
    'a heredoc around the patch is forgiven',
    { a: 'x\n' },
    `<<'EOF'\n${updateOf('a', '-x', '+y')}\nEOF\n`,
    success('M a'),
    { a: 'y\n' },
  ],
  [
    'spaces around markers and headers are forgiven',
    { a: 'x\n' },
    '\n  *** Begin Patch  \n *** Delete File: a \n  *** End Patch\n\n',
    success('D a'),
    {},
  ],
])('%s', async (_, files, patch, stdout, tree) => {
  const expected = { exitCode: 0, stdout, stderr: '', tree }

  expect(await outcomeOf('program', files, patch)).toEqual(expected)
  expect(await outcomeOf('tool', files, patch)).toEqual(expected)
})

const NOT_A_HEADER =
  "is not a valid hunk header. Valid hunk headers: '*** Add File: {path}', '*** Delete File: {path}', '*** Update File: {path}'"
const UNEXPECTED = "Every line should start with ' ' (context line), '+' (added line), or '-' (removed line)"

test.each<[string, string, number | null]>([
  ['', "The last line of the patch must be '*** End Patch'", null],
  ['garbage', "The first line of the patch must be '*** Begin Patch'", null],
  ['*** Begin Patch', "The last line of the patch must be '*** End Patch'", null],
  [
    `<<'EOF"\n${patchOf('*** Delete File: a')}\nEOF`,
    "The first line of the patch must be '*** Begin Patch'",
    null,
  ],
  [patchOf('*** Frobnicate: a'), `'*** Frobnicate: a' ${NOT_A_HEADER}`, 2],
  [patchOf('*** Add File: b', '+x', '-minus'), `'-minus' ${NOT_A_HEADER}`, 4],
  [updateOf('a'), "Update file hunk for path 'a' is empty", 2],
  [updateOf('a', '*** End of File'), "Update file hunk for path 'a' is empty", 2],
  [updateOf('a', '@@', '@@', '-x'), `Unexpected line found in update hunk: '@@'. ${UNEXPECTED}`, 4],
  [updateOf('a', '*** Move to: '), `Unexpected line found in update hunk: '*** Move to: '. ${UNEXPECTED}`, 3],
  [updateOf('a', '-x', 'junk'), "Expected update hunk to start with a @@ context marker, got: 'junk'", 4],
  [updateOf('a', '@@'), 'Update hunk does not contain any lines', 4],
  [patchOf('*** Environment ID: ', '*** Delete File: a'), 'apply_patch environment_id cannot be empty', null],
])('what is no patch is refused: %j', async (patch, problem, line) => {
  const files = { a: 'x\n' }
  const asProgram =
    line === null ? `Invalid patch: ${problem}` : `Invalid patch hunk on line ${line}: ${problem}`
  const asTool = line === null ? `invalid patch: ${problem}` : `invalid hunk at line ${line}, ${problem}`

  expect(await outcomeOf('program', files, patch)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `${asProgram}\n`,
    tree: files,
  })
  expect(await outcomeOf('tool', files, patch)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `apply_patch verification failed: ${asTool}`,
    tree: files,
  })
})

test.each<[string, string, string]>([
  ['lines that are not there', updateOf('a', '-nope', '+x'), 'Failed to find expected lines in $D/a:\nnope'],
  ['context that is not there', updateOf('a', '@@ zz', '-x'), "Failed to find context 'zz' in $D/a"],
  [
    'chunks against the order of the file',
    updateOf('a', '@@', '-y', '@@', '-x'),
    'Failed to find expected lines in $D/a:\nx',
  ],
  [
    'a missing file',
    updateOf('d/missing', '-x'),
    'Failed to read file to update $D/d/missing: No such file or directory (os error 2)',
  ],
  [
    'a file below a file',
    updateOf('a/b', '-x'),
    'Failed to read file to update $D/a/b: Not a directory (os error 20)',
  ],
  ['a folder', updateOf('.', '-x'), 'Failed to read file to update $D: path `$D` is not a file'],
])('an update is refused for %s', async (_, patch, problem) => {
  const files = { a: 'x\ny\n' }

  expect(await outcomeOf('program', files, patch)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `${problem}\n`,
    tree: files,
  })
  expect(await outcomeOf('tool', files, patch)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `apply_patch verification failed: ${problem}`,
    tree: files,
  })
})

test('the program keeps what it changed before it failed, the tool changes nothing', async () => {
  const files = { a: 'x\n' }
  const patch = patchOf('*** Add File: b', '+1', '*** Update File: a', '@@', '-zzz', '+x')

  const asProgram = await outcomeOf('program', files, patch)
  const asTool = await outcomeOf('tool', files, patch)

  expect(asProgram.tree).toEqual({ a: 'x\n', b: '1\n' })
  expect(asTool.tree).toEqual(files)
})

test('the program takes two operations on one file, the tool does not', async () => {
  const files = { a: 'x\ny\n' }
  const patch = patchOf('*** Update File: a', '@@', '-x', '+X', '*** Update File: ./a', '@@', '-y', '+Y')

  const asProgram = await outcomeOf('program', files, patch)
  const asTool = await outcomeOf('tool', files, patch)

  expect(asProgram.tree).toEqual({ a: 'X\nY\n' })
  expect(asTool).toMatchObject({
    stderr: 'apply_patch verification failed: invalid patch: multiple operations target $D/a',
    tree: files,
  })
})

test('a patch without files is refused, in other words by each', async () => {
  const program = await outcomeOf('program', {}, patchOf())
  const tool = await outcomeOf('tool', {}, patchOf())

  expect(program.stderr).toBe('No files were modified.\n')
  expect(tool.stderr).toBe('patch rejected: empty patch')
})

test('bytes that are no UTF-8 are named by their place', async () => {
  await using folder = await tempFolder()
  const { writeFile } = await import('node:fs/promises')
  await writeFile(`${folder.path}/whole`, Buffer.from([0x61, 0xff, 0x0a]))
  await writeFile(`${folder.path}/cut`, Buffer.from([0x61, 0xe2, 0x82]))

  const whole = await applyPatch(updateOf('whole', '-a'), { cwd: folder.path, mode: 'program' })
  const cut = await applyPatch(updateOf('cut', '-a'), { cwd: folder.path, mode: 'program' })

  expect(whole.stderr).toContain(': invalid utf-8 sequence of 1 bytes from index 1\n')
  expect(cut.stderr).toContain(': incomplete utf-8 byte sequence from index 1\n')
})

test('the changes are given with absolute paths, also those before a failure', async () => {
  await using folder = await tempFolder({ a: 'x\n' })
  const patch = patchOf('*** Update File: a', '*** Move to: d/b', '@@', ' x', '*** Delete File: missing')

  const { exitCode, changes } = await applyPatch(patch, { cwd: folder.path, mode: 'program' })

  expect(exitCode).toBe(1)
  expect(changes).toEqual([{ kind: 'update', path: `${folder.path}/a`, movePath: `${folder.path}/d/b` }])
})
