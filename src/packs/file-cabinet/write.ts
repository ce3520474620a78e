/** fc.write: puts a document into a file of the workspace. */

import { z } from 'zod'
import { defineTool } from '../../tools/tool.ts'
import { FileKeyField, fileKeyOf } from './document.ts'

export const write = defineTool({
  name: 'write',
  description:
    'Write a document of the file cabinet into a file, byte for byte, without reading it yourself. Replaces the file, ' +
    'and makes the folders above it.',
  input: z.object({
    fileKey: FileKeyField,
    path: z.string().min(1).describe('Absolute, or relative to the working directory'),
  }),
  output: z.object({
    path: z.string().describe('Absolute'),
    bytes: z.int(),
  }),
  positional: ['fileKey', 'path'],
  effects: ['writes-files'],
  idempotent: true,
  aliases: ['writeFile'],

  async run({ fileKey, path }, { documents, workspace }) {
    const bytes = await documents.read(fileKeyOf(fileKey))
    await workspace.writeBytes(path, bytes)
    return { path: workspace.resolve(path), bytes: bytes.length }
  },
})
