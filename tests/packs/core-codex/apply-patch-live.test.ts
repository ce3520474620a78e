/** Compares patches at the edges of the format with the Codex binary that CODEX_BIN names. */

import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'
import { applyPatch } from '../../../src/packs/core-codex/apply-patch/index.ts'
import { folderTree } from '../../support/folder-tree.ts'
import { patchCases } from '../../support/patch-cases.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const codex = process.env.CODEX_BIN ?? ''

test.skipIf(codex === '')(
  'patches do what the Codex binary does (needs CODEX_BIN)',
  { timeout: 120_000 },
  async () => {
    for (const { files, patch } of patchCases(20_260, 48)) {
      await using theirs = await tempFolder(files)
      await using ours = await tempFolder(files)

      const expected = await runCodex(patch, theirs.path)
      const { exitCode, stdout, stderr } = await applyPatch(patch, { cwd: ours.path, mode: 'program' })

      expect({
        patch,
        outcome: { exitCode, stdout, stderr: stderr.replaceAll(ours.path, '$D') },
        tree: await folderTree(ours.path),
      }).toEqual({
        patch,
        outcome: { ...expected, stderr: expected.stderr.replaceAll(theirs.path, '$D') },
        tree: await folderTree(theirs.path),
      })
    }
  },
)

function runCodex(patch: string, cwd: string): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(codex, ['--codex-run-as-apply-patch', patch], { cwd }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}
