/** file_search, by a few letters. */

import { mkdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { fileSearch } from '../../../src/packs/core-codex/index.ts'
import { toolCalls } from '../../support/tool-calls.ts'

const files = {
  'src/run-turn.ts': '',
  'src/return.ts': '',
  'docs/run/turn.md': '',
  'src/readTheUrn.ts': '',
  '.env': '',
  'dist/run-turn.js': '',
  '.gitignore': 'dist/\n',
}

async function search(query: string, options: object = {}) {
  await using tools = await toolCalls([fileSearch], { files, sandboxMode: 'read-only' })
  await mkdir(`${tools.workspace.root}/.git`)
  return String(await tools.answer('file_search', { query, ...options })).split('\n')
}

test('letters that begin names come before letters inside them', async () => {
  expect(await search('rturn')).toEqual([
    'docs/run/turn.md',
    'src/run-turn.ts',
    'src/readTheUrn.ts',
    'src/return.ts',
  ])
})

test('several words must all fit, case ignored', async () => {
  expect(await search('TURN docs')).toEqual(['docs/run/turn.md'])
})

test('folders and hidden files are found, ignored ones are not', async () => {
  expect(await search('env')).toEqual(['.env'])
  expect(await search('docs', { limit: 1 })).toEqual(['docs/'])
  expect(await search('dist')).toEqual(['No matches found.'])
})

test('a script gets scores and counts', async () => {
  await using tools = await toolCalls([fileSearch], { files })

  const outcome = await tools.call('file_search', { query: 'turn', limit: 1 })

  expect(outcome).toEqual({
    ok: true,
    output: {
      matches: [{ path: expect.any(String), kind: 'file', score: expect.any(Number) }],
      totalMatchCount: 5,
      scannedCount: 11,
    },
  })
})
