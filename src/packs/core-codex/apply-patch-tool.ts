/** apply_patch: changes to files, in Codex's patch format. */

import { z } from 'zod'
import { defineTool } from '../../tools/tool.ts'
import { patchPreview } from './apply-patch/index.ts'
import { assessPatch } from './patch-approval.ts'
import { PATCH_GRAMMAR } from './patch-grammar.ts'
import { patchAnswer, patchItem, runPatch } from './run-patch.ts'

const Input = z.object({
  input: z.string().describe('The whole patch, from *** Begin Patch to *** End Patch'),
})

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
  render: ({ summary, wallTimeSeconds }) => patchAnswer(0, wallTimeSeconds, summary),
  assess: (call, context) => assessPatch(call, call.input, context.workspace.root, context),
  preview: (form, { workingDirectory }) => patchPreview(form, workingDirectory),
  item: {
    started: () => null,
    ended: (call, outcome) => patchItem(call, outcome.ok),
  },

  async run(call, context) {
    const { changes, ...applied } = await runPatch(call, call.input, context.workspace.root, context)
    return { ...applied, changes: [...changes] }
  },
})
