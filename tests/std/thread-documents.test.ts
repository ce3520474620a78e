/** Secrets taken out of the documents that tools keep. */

import { expect, test } from 'vitest'
import { threadDocuments } from '../../src/codex/thread-documents.ts'
import { createRedactor } from '../../src/std/redact.ts'
import { memoryStore } from '../../src/stores/index.ts'

test('a document is kept without secrets in its content, name and media type', async () => {
  await using store = memoryStore()
  const documents = threadDocuments(store.documents, 'thread-1', createRedactor(['swordfish']))

  const { fileKey } = await documents.put({
    content: Buffer.from('the word is swordfish'),
    name: 'swordfish.txt',
    mediaType: 'text/swordfish',
  })

  expect(await documents.info(fileKey)).toMatchObject({
    name: '[redacted].txt',
    mediaType: 'text/[redacted]',
  })
  expect(Buffer.from(await documents.read(fileKey)).toString()).toBe('the word is [redacted]')
  expect(await documents.list()).toHaveLength(1)
})
