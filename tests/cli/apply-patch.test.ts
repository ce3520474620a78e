/** `apply-patch` behaves as Codex's own program: words, streams and exit codes. */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { cliBench } from '../support/cli.ts'

const PATCH = '*** Begin Patch\n*** Update File: plan.md\n@@\n-one\n+two\n*** End Patch\n'

test.each([
  ['its argument', [PATCH], undefined],
  ['standard input', [], PATCH],
])('a patch from %s changes the files of the current folder', async (_, args, stdin) => {
  await using bench = await cliBench({ 'plan.md': 'one\n' })

  const result = await bench.run(['apply-patch', ...args], stdin === undefined ? {} : { stdin })

  expect(result).toEqual({
    exitCode: 0,
    stdout: 'Success. Updated the following files:\nM plan.md\n',
    stderr: '',
  })
  expect(await readFile(path.join(bench.folder, 'plan.md'), 'utf8')).toBe('two\n')
})

test('a patch that does not fit is exit code 1, and what came before it stays', async () => {
  await using bench = await cliBench({ 'plan.md': 'one\n' })
  const patch = PATCH.replace('*** Update', '*** Add File: new.md\n+new\n*** Update').replace(
    '-one',
    '-three',
  )

  const { exitCode, stdout, stderr } = await bench.run(['apply-patch', patch])

  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  expect(stderr).toContain('plan.md')
  expect(await readFile(path.join(bench.folder, 'new.md'), 'utf8')).toBe('new\n')
})

test.each([
  ['no patch at all', [], '', 2, "Usage: apply_patch 'PATCH'\n       echo 'PATCH' | apply_patch\n"],
  ['two patches', ['one', 'two'], '', 2, 'Error: apply_patch accepts exactly one argument.\n'],
  [
    'what is no patch',
    ['-'],
    '',
    1,
    "Invalid patch: The first line of the patch must be '*** Begin Patch'\n",
  ],
  ['bytes that are no text', [], Uint8Array.of(0xff, 0xfe), 1, /^Error: Failed to read PATCH from stdin\.\n/],
])('%s is refused in its words', async (_, args, stdin, exitCode, words) => {
  await using bench = await cliBench()

  const result = await bench.run(['apply-patch', ...args], { stdin })

  expect(result).toEqual({
    exitCode,
    stdout: '',
    stderr: typeof words === 'string' ? words : expect.stringMatching(words),
  })
})
