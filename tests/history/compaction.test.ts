/** What a compaction leaves of a conversation. */

import { expect, test } from 'vitest'
import { compactItems, estimateTokensOf, openFailures, withoutOldest } from '../../src/history/index.ts'
import type { ResponseItem } from '../../src/protocol/response-item.ts'

const says = (role: 'user' | 'developer' | 'assistant', text: string): ResponseItem => ({
  type: 'message',
  role,
  content: [role === 'assistant' ? { type: 'output_text', text } : { type: 'input_text', text }],
})
const call = (id: string, name: string, args: object): ResponseItem => ({
  type: 'function_call',
  call_id: id,
  name,
  arguments: JSON.stringify(args),
})
const output = (id: string, text: string, success = true): ResponseItem => ({
  type: 'function_call_output',
  call_id: id,
  output: text,
  success,
})
const text = (item: ResponseItem | undefined) =>
  item?.type === 'message'
    ? item.content.map((part) => (part.type === 'input_image' ? '' : part.text)).join('\n')
    : ''
const compacted = (items: readonly ResponseItem[], summary = 'what happened') =>
  compactItems(items, { summary, introduction: 'Read this.', opening: OPENING })

const OPENING: ResponseItem[] = [
  says('developer', 'be good'),
  says('user', '<environment_context>\n<cwd>/x</cwd>\n</environment_context>'),
]

test('the opening and the words of the user stay, and the summary stands last', () => {
  const items = compacted([
    ...OPENING,
    says('user', 'first task'),
    says('assistant', 'working'),
    call('1', 'read_file', { file_path: 'a' }),
    output('1', 'content'),
    says('user', 'and this'),
    says('assistant', 'done'),
  ])

  expect(items.slice(0, 2)).toEqual(OPENING)
  expect(items.slice(2, 4).map(text)).toEqual(['first task', 'and this'])
  expect(text(items[4])).toBe('<conversation-summary>\nRead this.\n\nwhat happened\n</conversation-summary>')
  expect(items).toHaveLength(5)
})

test('of many words the first prompt and the newest stay within the bound', () => {
  const prompts = Array.from({ length: 40 }, (_, index) =>
    says('user', `prompt ${index} ${'x'.repeat(4_000)}`),
  )

  const items = compacted(prompts)

  const kept = items.slice(OPENING.length, -1).map(text)
  expect(kept[0]).toMatch(/^prompt 0 x/)
  expect(kept.at(-1)).toMatch(/^prompt 39 x/)
  expect(kept[1]).toMatch(/tokens truncated/)
  expect(estimateTokensOf(items.slice(OPENING.length, -1))).toBeLessThan(20_400)
})

test('after five compactions the first task, the words of the user and open failures stand verbatim', () => {
  let items: ResponseItem[] = [
    ...OPENING,
    says('user', 'the first task'),
    call('1', 'exec_command', { cmd: 'npm test' }),
    output('1', 'Chunk ID: 1\nProcess exited with code 1\nOutput:\nexpected 3, got 4'),
    call('2', 'read_file', { file_path: 'gone.md' }),
    output('2', 'gone.md does not exist', false),
  ]
  for (let round = 1; round <= 5; round += 1) {
    items = compacted([...items, says('assistant', 'hm'), says('user', `word ${round}`)], 'nothing of note')
  }

  const all = items.map(text).join('\n')
  expect(all).toContain('the first task')
  for (let round = 1; round <= 5; round += 1) expect(all).toContain(`word ${round}`)
  expect(openFailures(items)).toEqual([
    { target: 'exec_command npm test', text: expect.stringContaining('expected 3, got 4') },
    { target: 'read_file gone.md', text: 'gone.md does not exist' },
  ])
  expect(all.match(/<conversation-summary>/g)).toHaveLength(1)
})

test('a later success on the same target closes a failure, and on another does not', () => {
  const failed = [
    says('user', 'go'),
    call('1', 'exec_command', { cmd: 'npm test' }),
    output('1', 'Process exited with code 1\nOutput:\n', true),
    call('2', 'exec_command', { cmd: 'npm run lint' }),
    output('2', 'Process exited with code 2\nOutput:\n', true),
  ]
  const mended = [
    call('3', 'exec_command', { cmd: 'npm test' }),
    output('3', 'Process exited with code 0\nOutput:\n'),
  ]

  expect(openFailures([...failed, ...mended]).map(({ target }) => target)).toEqual([
    'exec_command npm run lint',
  ])
  expect(openFailures([...compacted(failed), ...mended]).map(({ target }) => target)).toEqual([
    'exec_command npm run lint',
  ])
})

test('a patch fails for its files, and is made good by a patch for them', () => {
  const patch = (id: string, file: string): ResponseItem => ({
    type: 'custom_tool_call',
    call_id: id,
    name: 'apply_patch',
    input: `*** Begin Patch\n*** Update File: ${file}\n@@\n-a\n+b\n*** End Patch`,
  })
  const answer = (id: string, text: string, success: boolean): ResponseItem => ({
    type: 'custom_tool_call_output',
    call_id: id,
    output: text,
    success,
  })
  const items = [
    patch('1', 'a.ts'),
    answer('1', 'does not fit', false),
    patch('2', 'b.ts'),
    answer('2', 'ok', true),
  ]

  expect(openFailures(items).map(({ target }) => target)).toEqual(['apply_patch a.ts'])
  expect(openFailures([...items, patch('3', 'a.ts'), answer('3', 'ok', true)])).toEqual([])
})

test('pain 19: a conversation loses its oldest item with its partner', () => {
  const items = [call('1', 'x', {}), says('user', 'a'), output('1', 'y'), says('user', 'b')]

  expect(withoutOldest(items).map(text)).toEqual(['a', 'b'])
  expect(withoutOldest(withoutOldest(items)).map(text)).toEqual(['b'])
})

test('words with a picture stay as words, and a summary that is empty says so', () => {
  const picture: ResponseItem = {
    type: 'message',
    role: 'user',
    content: [
      { type: 'input_text', text: '<image name=[Image #1] path="a.png">' },
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
      { type: 'input_text', text: '</image>' },
      { type: 'input_text', text: 'what is this?' },
    ],
  }

  const items = compacted([picture, says('assistant', 'a cat')], '  ')

  expect(text(items[OPENING.length])).toContain('what is this?')
  expect(JSON.stringify(items)).not.toContain('base64')
  expect(text(items.at(-1))).toContain('(no summary available)')
})
