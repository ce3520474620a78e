/** The file cabinet, on a real store. */

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { silentLog } from '../../../src/observability/log.ts'
import { fileCabinet } from '../../../src/packs/file-cabinet/index.ts'
import { openWorkspace } from '../../../src/platform/index.ts'
import { memoryStore } from '../../../src/stores/index.ts'
import type { ToolContext } from '../../../src/tools/index.ts'
import { tempFolder } from '../../support/temp-folder.ts'

async function cabinet() {
  const folder = await tempFolder()
  const workspace = await openWorkspace({ workingDirectory: folder.path, sandboxMode: 'workspace-write' })
  const store = memoryStore()
  const context: ToolContext = {
    signal: new AbortController().signal,
    workspace,
    documents: store.documents,
    board: { put: () => '', remove: () => false, list: () => [] },
    progress: () => {},
    log: silentLog,
    requestUserInput: () => Promise.reject(new Error('not part of this test')),
    chat: () => Promise.reject(new Error('not part of this test')),
    ids: { threadId: 'thread' as never, turnId: 'turn' as never, callId: 'call' },
  }
  return {
    store,
    root: workspace.root,
    call: async (name: string, input: object) => {
      const tool = fileCabinet.tools.find((candidate) => candidate.name === name)
      return tool?.run({ offset: 0, limit: 32_768, ...input }, context)
    },
    async [Symbol.asyncDispose]() {
      await workspace[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

test('a text that was saved is listed and read again', async () => {
  await using fc = await cabinet()

  const saved = await fc.call('save', { content: 'grüße', name: 'n.txt' })
  const listed = await fc.call('list', {})
  const read = await fc.call('get', { fileKey: saved.fileKey })

  expect(listed).toEqual({ documents: [saved] })
  expect(read).toEqual({ text: 'grüße', bytes: 7, nextOffset: null })
})

test('pages end between characters, and together are the whole', async () => {
  await using fc = await cabinet()
  const content = 'aé€😀'.repeat(7)
  const { fileKey } = await fc.call('save', { content, name: 'n' })

  const pages: string[] = []
  for (let offset: number | null = 0; offset !== null; ) {
    const page: { text: string; nextOffset: number | null } = await fc.call('get', {
      fileKey,
      offset,
      limit: 5,
    })
    pages.push(page.text)
    offset = page.nextOffset
  }

  expect(pages.join('')).toBe(content)
  expect(pages.every((page) => !page.includes('\ufffd'))).toBe(true)
})

test('a document goes into a file without being read', async () => {
  await using fc = await cabinet()
  const { fileKey } = await fc.call('save', { content: '\ufeffx\r\n', name: 'n' })

  const written = await fc.call('write', { fileKey, path: 'deep/er/file.txt' })

  expect(written).toEqual({ path: `${fc.root}/deep/er/file.txt`, bytes: 6 })
  expect(await readFile(`${fc.root}/deep/er/file.txt`, 'utf8')).toBe('\ufeffx\r\n')
})

test('an unknown key, and a path outside, are refused', async () => {
  await using fc = await cabinet()
  const { fileKey } = await fc.call('save', { content: 'x', name: 'n' })

  await expect(fc.call('get', { fileKey: 'no-such-key' })).rejects.toMatchObject({
    code: 'document_not_found',
  })
  await expect(fc.call('write', { fileKey, path: '/no-such-root/out' })).rejects.toMatchObject({
    code: 'path_denied',
  })
})

test('a document of any bytes is written byte for byte, and not read as text', async () => {
  await using fc = await cabinet()
  const bytes = Buffer.from([0x89, 0x50, 0, 0xff, 0xfe, 10, 13])
  const { fileKey } = await fc.store.documents.put({ content: bytes, name: 'p.png', mediaType: 'image/png' })
  await writeFile(`${fc.root}/old.png`, 'old')

  await fc.call('write', { fileKey, path: 'old.png' })

  expect(await readFile(`${fc.root}/old.png`)).toEqual(bytes)
  expect(await readdir(fc.root)).toEqual(['old.png'])
  await expect(fc.call('get', { fileKey })).rejects.toMatchObject({ code: 'not_text', fileKey })
})
