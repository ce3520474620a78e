/** apply_patch: changes to files, in Codex's patch format. */

import { z } from 'zod'
import { defineTool, type ItemBody } from '../../tools/tool.ts'
import { applyPatch, type PatchChange } from './apply-patch/index.ts'
import { PatchFailedError } from './errors.ts'
import { PATCH_GRAMMAR } from './patch-grammar.ts'
import { workspacePatchFiles } from './workspace-patch-files.ts'

const Input = z.object({
  input: z.string().describe('The whole patch, from *** Begin Patch to *** End Patch'),
})
type Input = z.infer<typeof Input>

const Output = z.object({
  summary: z.string().describe('A heading, then a line for each file: A, M or D with its path'),
  changes: z.array(
    z.object({
      kind: z.enum(['add', 'delete', 'update']),
      path: z.string().describe('Absolute'),
      movePath: z.string().optional().describe('Where an updated file went; absent when it stayed'),
    }),
  ),
  wallTimeSeconds: z.number(),
})

/** What a call will change, once that is known: Codex shows a patch only from then on. */
const verifiedChanges = new WeakMap<Input, readonly PatchChange[]>()

export const applyPatchTool = defineTool({
  name: 'apply_patch',
  description: [
    'Add, change, move and delete files by a patch. Nothing is written unless the whole patch fits.',
    'Put it between a line `*** Begin Patch` and a line `*** End Patch`. Each file has one section:',
    '`*** Add File: path`, then every line of the new file with + before it;',
    '`*** Delete File: path`;',
    '`*** Update File: path`, perhaps `*** Move to: path`, then chunks. A chunk begins with `@@`, which a line that ' +
      'comes before it in the file may follow (`@@ class Name`), and goes on with the lines to find: a space before ' +
      'a line that stays, - before one that goes, + before one that comes. Give three lines around each change, and ' +
      'chunks in the order of the file. `*** End of File` after a chunk ties it to the end.',
    'Paths are relative to the working directory.',
  ].join('\n'),
  input: Input,
  output: Output,
  positional: ['input'],
  effects: ['writes-files'],
  freeform: {
    format: { type: 'grammar', syntax: 'lark', definition: PATCH_GRAMMAR },
    toInput: (input) => ({ input }),
  },
  render: ({ summary, wallTimeSeconds }) => answer(0, wallTimeSeconds, summary),
  item: {
    started: () => null,
    ended: (input, outcome) => {
      const changes = verifiedChanges.get(input)
      return changes === undefined ? null : fileChange(changes, outcome.ok ? 'completed' : 'failed')
    },
  },

  async run(input, { workspace, progress, signal }) {
    const startedAt = performance.now()
    signal.throwIfAborted()
    let isVerified = false
    const { exitCode, stdout, stderr, changes } = await applyPatch(input.input, {
      cwd: workspace.root,
      files: workspacePatchFiles(workspace),
      onVerified(verified) {
        // The last moment to stop: from here on all is written, or nothing.
        signal.throwIfAborted()
        isVerified = true
        verifiedChanges.set(input, verified)
        progress({ type: 'item', item: fileChange(verified, 'in_progress') })
      },
    })
    const wallTimeSeconds = (performance.now() - startedAt) / 1000
    if (exitCode !== 0) throw new PatchFailedError(isVerified ? answer(1, wallTimeSeconds, stderr) : stderr)
    return { summary: stdout, changes: [...changes], wallTimeSeconds }
  },
})

/** The text that Codex's models know. */
function answer(exitCode: number, seconds: number, text: string): string {
  return `Exit code: ${exitCode}\nWall time: ${Number(seconds.toFixed(1))} seconds\nOutput:\n${text}`
}

function fileChange(
  changes: readonly PatchChange[],
  status: 'in_progress' | 'completed' | 'failed',
): ItemBody {
  return { type: 'file_change', changes: changes.map(({ path, kind }) => ({ path, kind })), status }
}
