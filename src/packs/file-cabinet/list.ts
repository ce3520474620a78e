/** fc.list: which documents there are. */

import { z } from 'zod'
import { defineTool } from '../../tools/tool.ts'
import { DocumentSummary, summaryOf } from './document.ts'

export const list = defineTool({
  name: 'list',
  description: 'List the documents of the file cabinet.',
  input: z.object({}),
  output: z.object({ documents: z.array(DocumentSummary) }),
  effects: [],
  parallel: true,
  idempotent: true,

  async run(_, { documents }) {
    return { documents: (await documents.list()).map(summaryOf) }
  },
})
