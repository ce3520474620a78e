/** codex-ts apply-patch: a patch applied in the current folder, as Codex's own program does it. */

import { buffer } from 'node:stream/consumers'
import { applyPatch } from '../packs/core-codex/apply-patch/index.ts'
import { messageOf } from '../protocol/errors.ts'
import { defineCommand } from './command.ts'

const USAGE = "Usage: apply_patch 'PATCH'\n       echo 'PATCH' | apply_patch\n"

/** @see Codex 0.169.0, its program `apply_patch`: words, streams and exit codes. */
export const applyPatchCommand = defineCommand({
  name: 'apply-patch',
  summary: 'Apply a patch in the current folder',
  usage: '[PATCH]',
  details:
    "Without PATCH the patch comes from standard input. Exit codes are those of Codex's program: 0, 1, 2 for usage.",
  argumentsMax: Number.POSITIVE_INFINITY,
  options: {},

  async run(_, args) {
    if (args.length > 1) return refuse('Error: apply_patch accepts exactly one argument.\n', 2)

    let patch = args[0]
    if (patch === undefined) {
      const bytes = await buffer(process.stdin)
      if (bytes.length === 0) return refuse(USAGE, 2)
      try {
        patch = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
      } catch (error) {
        return refuse(`Error: Failed to read PATCH from stdin.\n${messageOf(error)}\n`, 1)
      }
    }

    const { exitCode, stdout, stderr } = await applyPatch(patch, { cwd: process.cwd(), mode: 'program' })
    process.stdout.write(stdout)
    process.stderr.write(stderr)
    return exitCode
  },
})

function refuse(sentence: string, exitCode: 1 | 2): number {
  process.stderr.write(sentence)
  return exitCode
}
