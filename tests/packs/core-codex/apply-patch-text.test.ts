/** Where a patch's chunks go in a text; outcomes with kept line ends were recorded from Codex 0.169.0. */

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { applyPatch, type LineEndings } from '../../../src/packs/core-codex/apply-patch/index.ts'
import { patchOf, updateOf } from '../../support/patch-text.ts'
import { tempFolder } from '../../support/temp-folder.ts'

async function patched(text: string, chunks: readonly string[], lineEndings?: LineEndings): Promise<string> {
  await using folder = await tempFolder({ f: text })
  const result = await applyPatch(updateOf('f', ...chunks), {
    cwd: folder.path,
    ...(lineEndings !== undefined && { lineEndings }),
  })
  return result.exitCode === 0
    ? readFile(`${folder.path}/f`, 'utf8')
    : result.stderr.replace(/^.*: (Failed.*) in .*$/s, '$1')
}

const NOT_FOUND = 'Failed to find expected lines'

test.each<[string, string, string[], string]>([
  ['the first place after the last chunk is taken', 'x\nx\nx\n', ['@@', ' x', '@@', '-x', '+y'], 'x\ny\nx\n'],
  ['a context line moves the search on', 'x\nf()\nx\n', ['@@ f()', '-x', '+y'], 'x\nf()\ny\n'],
  ['an exact place far away wins over a loose one near', 'x \na\nx\n', ['@@', '-x', '+y'], 'x \na\ny\n'],
  ['spaces at the end are forgiven', 'x  \n', ['@@', '-x', '+y'], 'y\n'],
  ['spaces at both ends are forgiven', '\tx\n', ['@@', '-  x ', '+y'], 'y\n'],
  ['typographic signs are forgiven', 'a \u2013 \u201cb\u201d\u00a0c\n', ['@@', '-a - "b" c', '+y'], 'y\n'],
  ['context that matched loosely keeps its own text', '  x  \nz\n', ['@@', ' x', '-z', '+y'], '  x  \ny\n'],
  ['letters must be the same', 'X\n', ['@@', '-x', '+y'], NOT_FOUND],
  ['a pure insertion goes to the end', 'a\nb\n', ['@@ a', '+y'], 'a\nb\ny\n'],
  [
    'an insertion after the last line follows one that was meant for the end',
    'a\nb\n',
    ['@@', '+end', '@@', ' b', '+y'],
    'a\nb\nend\ny\n',
  ],
  [
    'the end of the file is the one place for a chunk tied to it',
    'x\na\nx\n',
    ['@@', '-x', '+y', '*** End of File'],
    'x\na\ny\n',
  ],
  ['a chunk tied to the end is nowhere else', 'x\na\n', ['@@', '-x', '+y', '*** End of File'], NOT_FOUND],
  [
    'an empty line at the end of a chunk may be missing in the file',
    'a\nx\n',
    ['@@', '-x', '+y', ' '],
    'a\ny\n',
  ],
  ['an empty line of a chunk may lack its space', 'a\n\nb\n', ['@@', ' a', '', '-b', '+y'], 'a\n\ny\n'],
  ['a missing last line end is added', 'a\nx', ['@@', '-x', '+y'], 'a\ny\n'],
  [
    'new lines end as the first line of the file does',
    'a\r\nb\nx\n',
    ['@@', '-x', '+y', '+z'],
    'a\r\nb\ny\r\nz\r\n',
  ],
  ['lone carriage returns end lines too', 'a\rx\rb', ['@@', '-x', '+y'], 'a\ry\rb\r'],
  ['untouched lines keep their ends', 'a\nb\r\nx\nc', ['@@', ' b', '-x'], 'a\nb\r\nc\n'],
  ['a byte order mark is part of the first line', '\ufeffa\nb\n', ['@@', '-\ufeffa', '+y'], 'y\nb\n'],
  ['an empty file takes lines', '', ['@@', '+y'], 'y\n'],
  ['a file may become empty', 'x\n', ['@@', '-x'], ''],
])('%s', async (_, text, chunks, expected) => {
  expect(await patched(text, chunks)).toBe(expected)
})

test.each<[string, string, string[], string]>([
  [
    'context in a replaced part takes the patch’s text and LF',
    'a\r\nx\r\nb\r\n',
    ['@@', ' a', '-x', '+y'],
    'a\ny\nb\r\n',
  ],
  ['one of two newlines at the end is lost', 'x\n\n', ['@@', '-x', '+y'], 'y\n'],
  ['an insertion goes before an empty last line', 'x\n\n', ['@@', '+y'], 'x\ny\n'],
  ['a missing last newline is added', 'x', ['@@', '-x', '+y'], 'y\n'],
  [
    'a chunk tied to the end may take what an earlier one put there',
    'a\nb\nc\n',
    ['@@', ' c', '@@', '-b', '-c', '+y', '*** End of File'],
    'a\ny\n',
  ],
])('with normalized line ends, %s', async (_, text, chunks, expected) => {
  expect(await patched(text, chunks, 'normalize')).toBe(expected)
})

test('thousands of chunks in a large file, none of them exact, are found without searching it each time', async () => {
  const lines = Array.from({ length: 200_000 }, (_, index) => (index % 2 === 0 ? 'common ' : 'common'))
  const chunks = Array.from({ length: 5_000 }, () => ['@@', '-common', '-common', '+y']).flat()

  const result = await patched(`${lines.join('\n')}\n`, chunks)

  expect(result.startsWith('y\n'.repeat(5_000))).toBe(true)
  expect(result.split('\n').length - 1).toBe(195_000)
})

test('a file of twenty megabytes is changed at its end', async () => {
  const text = 'a line like any other, of fifty bytes and no more\n'.repeat(400_000)

  const result = await patched(`${text}last\n`, ['@@', '-last', '+new'])

  expect(result.length).toBe(text.length + 'new\n'.length)
  expect(result.endsWith('more\nnew\n')).toBe(true)
})

test('five thousand files are added by one patch', async () => {
  await using folder = await tempFolder()
  const names = Array.from({ length: 5_000 }, (_, index) => `f${index}`)
  const patch = patchOf(...names.flatMap((name) => [`*** Add File: ${name}`, `+${name}`]))

  const { exitCode, changes } = await applyPatch(patch, { cwd: folder.path })

  expect({ exitCode, count: changes.length }).toEqual({ exitCode: 0, count: 5_000 })
  expect(await readFile(`${folder.path}/f4999`, 'utf8')).toBe('f4999\n')
})
