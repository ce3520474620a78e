/** fc.save: keeps a text as a document. */

import { z } from 'zod'
import { defineTool } from '../../tools/tool.ts'
import { DocumentSummary, summaryOf } from './document.ts'

export const save = defineTool({
  name: 'save',
  description: 'Keep a text in the file cabinet and get the fileKey by which it is found again.',
  input: z.object({
    content: z.string(),
    name: z.string().min(1).default('note.txt').describe('A file name that says what it is'),
  }),
  output: DocumentSummary,
  positional: ['content', 'name'],
  effects: [],
  parallel: true,
  aliases: ['saveToFC'],

  async run({ content, name }, { documents }) {
    return summaryOf(await documents.put({ content, name }))
  },
})
