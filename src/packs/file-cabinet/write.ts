/** fc.write: puts a document into a file of the workspace. */

import { z } from 'zod'
import { defineTool } from '../../tools/tool.ts'
import { FileKeyField, fileKeyOf } from './document.ts'
import { NotTextError } from './errors.ts'

export const write = defineTool({
  name: 'write',
  description:
    'Write a document of the file cabinet into a file, without reading it yourself. Replaces the file, and makes the ' +
    'folders above it.',
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
    const { mediaType } = await documents.info(fileKeyOf(fileKey))
    const bytes = await documents.read(fileKeyOf(fileKey))
    await workspace.writeText(path, textOf(bytes, fileKey, mediaType))
    return { path: workspace.resolve(path), bytes: bytes.length }
  },
})

function textOf(bytes: Uint8Array, fileKey: string, mediaType: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new NotTextError(fileKey, mediaType)
  }
}
