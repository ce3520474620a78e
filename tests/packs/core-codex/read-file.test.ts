/** read_file, by lines and by blocks. */

import { truncate } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { readFile } from '../../../src/packs/core-codex/index.ts'
import { toolCalls } from '../../support/tool-calls.ts'

test('lines are numbered, and the page says where the next one begins', async () => {
  await using tools = await toolCalls([readFile], { files: { f: 'a\r\nb\n\nd' } })

  const whole = await tools.answer('read_file', { file_path: 'f' })
  const page = await tools.call('read_file', { file_path: `${tools.workspace.root}/f`, offset: 2, limit: 2 })
  const last = await tools.call('read_file', { file_path: 'f', offset: 4 })

  expect(whole).toBe('L1: a\nL2: b\nL3: \nL4: d')
  expect(page).toEqual({ ok: true, output: { text: 'b\n', firstLine: 2, lineCount: 2, nextOffset: 4 } })
  expect(last).toEqual({ ok: true, output: { text: 'd', firstLine: 4, lineCount: 1, nextOffset: null } })
})

test('long lines are cut for the model only, between characters', async () => {
  const line = `${'é'.repeat(300)}`
  await using tools = await toolCalls([readFile], { files: { f: `${line}\n` } })

  const answer = await tools.answer('read_file', { file_path: 'f' })
  const data = await tools.call('read_file', { file_path: 'f' })

  expect(answer).toBe(`L1: ${'é'.repeat(250)}`)
  expect(data).toMatchObject({ output: { text: line } })
})

test('a page of long lines ends before it is too much, and the next one goes on', async () => {
  const lines = Array.from({ length: 10 }, (_, index) => String(index).repeat(900_000))
  await using tools = await toolCalls([readFile], { files: { f: lines.join('\n') } })

  const first = await tools.call('read_file', { file_path: 'f' })
  const second = await tools.call('read_file', { file_path: 'f', offset: 5 })

  expect(first).toMatchObject({ output: { text: lines.slice(0, 4).join('\n'), lineCount: 4, nextOffset: 5 } })
  expect(second).toMatchObject({ output: { text: lines.slice(4, 8).join('\n'), nextOffset: 9 } })
})

test('a file of several megabytes is read across its pieces', async () => {
  const lines = Array.from({ length: 120_000 }, (_, index) => `line ${index + 1} – ${'x'.repeat(20)}`)
  await using tools = await toolCalls([readFile], { files: { f: lines.join('\n') } })

  const outcome = await tools.call('read_file', { file_path: 'f', offset: 30_000, limit: 60_000 })

  expect(outcome).toMatchObject({
    output: { text: lines.slice(29_999, 89_999).join('\n'), nextOffset: 90_000 },
  })
})

const MEBI = 1024 * 1024

test('a line is cut to 1 MiB wherever it lies, and the lines behind it keep their numbers', async () => {
  const lengths = [10, MEBI - 1, MEBI, MEBI + 1, 3 * MEBI, 0, 5, 2 * MEBI, 7]
  const lines = lengths.map((length, index) => String(index).repeat(length))
  await using tools = await toolCalls([readFile], { files: { f: lines.join('\n') } })

  const read = await Promise.all(
    lines.map((_, index) => tools.call('read_file', { file_path: 'f', offset: index + 1, limit: 1 })),
  )

  for (const [index, line] of lines.entries()) {
    expect(read[index]).toMatchObject({
      output: { text: line.slice(0, MEBI), firstLine: index + 1, lineCount: 1 },
    })
  }
})

test('a line is cut between characters', async () => {
  await using tools = await toolCalls([readFile], { files: { f: `x${'é'.repeat(MEBI)}\nend` } })

  const outcome = await tools.call('read_file', { file_path: 'f' })

  expect(outcome).toMatchObject({ output: { text: `x${'é'.repeat(MEBI / 2 - 1)}\nend` } })
})

test('a file of one line, longer than any text can be, is read by its beginning', async () => {
  await using tools = await toolCalls([readFile], { files: { f: '' } })
  await truncate(`${tools.workspace.root}/f`, 600 * MEBI)

  const outcome = await tools.call('read_file', { file_path: 'f' })

  expect(outcome).toMatchObject({ output: { text: '\0'.repeat(MEBI), lineCount: 1, nextOffset: null } })
})

test.each([
  [{ file_path: 'plan.md' }, 'plan.md does not exist'],
  [{ file_path: 'd' }, 'd is a folder, not a file'],
  [{ file_path: 'f/x' }, 'f/x is not there: a part of the path is a file'],
  [{ file_path: 'f', offset: 3 }, 'offset 3 exceeds file length: f has 2 lines'],
  [{ file_path: 'empty' }, 'offset 1 exceeds file length: empty has 0 lines'],
  [{ file_path: 'f', mode: 'indentation', offset: 9 }, 'anchor_line 9 exceeds file length: f has 2 lines'],
  [{ file_path: 'f', offset: 0 }, 'offset'],
])('%j is answered with what is wrong', async (input, problem) => {
  await using tools = await toolCalls([readFile], { files: { f: 'a\nb\n', empty: '', 'd/x': '' } })

  expect(await tools.answer('read_file', input)).toContain(problem)
})

const CODE = [
  'class A:',
  '    # about f',
  '    def f(self):',
  '        if x:',
  '            return 1',
  '',
  '        return 2',
  '',
  '    def g(self):',
  '        return 3',
  'done()',
]

async function block(indentation: object, limit?: number): Promise<unknown> {
  await using tools = await toolCalls([readFile], { files: { f: CODE.join('\n') } })
  const outcome = await tools.call('read_file', { file_path: 'f', mode: 'indentation', indentation, limit })
  return outcome.ok ? (outcome.output as { text: string }).text.split('\n') : outcome.error.message
}

test('a block is the lines around one, so many levels out', async () => {
  expect(await block({ anchor_line: 5, max_levels: 1 })).toEqual(CODE.slice(3, 7))
  expect(await block({ anchor_line: 5, max_levels: 2 })).toEqual(CODE.slice(1, 10))
})

test('comments above a block belong to it, unless they are not wanted', async () => {
  expect(await block({ anchor_line: 4, max_levels: 1 })).toEqual(CODE.slice(1, 10))
  expect(await block({ anchor_line: 4, max_levels: 1, include_header: false })).toEqual(CODE.slice(2, 10))
})

test('blocks at the same level are added when they are wanted', async () => {
  expect(await block({ anchor_line: 3 })).toEqual(CODE)
  expect(await block({ anchor_line: 10, max_levels: 1 })).toEqual(CODE.slice(3, 10))
  expect(await block({ anchor_line: 10, max_levels: 1, include_siblings: true })).toEqual(CODE.slice(1, 10))
})

test('a block grows in both directions until it has enough lines', async () => {
  expect(await block({ anchor_line: 5, max_lines: 1 })).toEqual([CODE[4]])
  expect(await block({ anchor_line: 5 }, 3)).toEqual(CODE.slice(3, 5))
})
