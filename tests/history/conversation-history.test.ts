/** What is recorded of a conversation, what it costs, and what a model is shown of it. */

import { describe, expect, test } from 'vitest'
import {
  createHistory,
  estimateTokens,
  estimateTokensOf,
  type HistoryStrategy,
  isUserPrompt,
  replay,
} from '../../src/history/index.ts'
import type { ResponseItem } from '../../src/protocol/response-item.ts'
import type { ThreadRecord } from '../../src/protocol/thread-record.ts'
import type { Usage } from '../../src/protocol/usage.ts'

const message = (role: 'user' | 'assistant' | 'system', text: string): ResponseItem => ({
  type: 'message',
  role,
  content: [role === 'assistant' ? { type: 'output_text', text } : { type: 'input_text', text }],
})
const call = (id: string): ResponseItem => ({
  type: 'function_call',
  call_id: id,
  name: 'exec',
  arguments: '{}',
})
const output = (id: string, text: string): ResponseItem => ({
  type: 'function_call_output',
  call_id: id,
  output: text,
})
const encrypted = (length: number): ResponseItem => ({
  type: 'reasoning',
  summary: [],
  encrypted_content: 'e'.repeat(length),
})
const usage = (input: number, generated: number): Usage => ({
  input_tokens: input,
  cached_input_tokens: 0,
  cache_write_input_tokens: 0,
  output_tokens: generated,
  reasoning_output_tokens: 0,
})
const view = { turnId: 't1', budgetTokens: 1_000, signal: new AbortController().signal }

describe('recording', () => {
  test('keeps everything but system messages and items of unknown types, and says what it kept', () => {
    const history = createHistory()
    const kept = [message('user', 'go'), call('a'), encrypted(4)]

    const recorded = history.record([
      message('system', 'no'),
      ...kept,
      { type: 'other', raw: { type: 'compaction_trigger' } },
    ])

    expect(recorded).toEqual(kept)
    expect(history.items()).toEqual(kept)
  })

  test('cuts outputs of calls in the middle at 1.2 times the policy, and nothing else', () => {
    const history = createHistory({ truncation: { mode: 'bytes', limit: 10 } })
    const long = '0123456789abcdef'

    const recorded = history.record([message('user', long), output('a', long), output('b', '0123456789ab')])

    expect(recorded).toEqual([
      message('user', long),
      output('a', '012345…4 chars truncated…abcdef'),
      output('b', '0123456789ab'),
    ])
  })

  test('cuts outputs of several parts by the rule for parts, with the policy of the moment', () => {
    const history = createHistory()
    const parts = [
      { type: 'input_text' as const, text: '0123' },
      { type: 'input_image' as const, image_url: 'data:,' },
      { type: 'input_text' as const, text: '45678' },
    ]

    const [recorded] = history.record([{ type: 'custom_tool_call_output', call_id: 'a', output: parts }], {
      truncation: { mode: 'tokens', limit: 1 },
    })

    expect(recorded).toMatchObject({
      output: [parts[0], parts[1], { type: 'input_text', text: '45…1 tokens truncated…78' }],
    })
    const [shorter] = history.record([{ type: 'custom_tool_call_output', call_id: 'b', output: parts }], {
      truncation: { mode: 'bytes', limit: 3 },
    })
    expect(shorter).toMatchObject({
      output: [parts[0], parts[1], { type: 'input_text', text: '[omitted 1 text items ...]' }],
    })
  })

  test('a replacement takes the place of everything and is a new version', () => {
    const history = createHistory({ items: [message('user', 'old')] })
    history.noteUsage(usage(100, 10))

    history.replace([message('user', 'summary')])
    history.record([message('user', 'new')])

    expect(history.items()).toEqual([message('user', 'summary'), message('user', 'new')])
    expect(history.version).toBe(1)
    expect(history.lastUsage).toBe(null)
  })

  test('what a caller does to its list changes nothing here', () => {
    const start = [message('user', 'go')]
    const history = createHistory({ items: start })

    start.length = 0
    history.items().length = 0

    expect(history.items()).toHaveLength(1)
  })
})

describe('preparing', () => {
  test('regular shows everything, normalized, and the same objects again after the history has grown', async () => {
    const history = createHistory()
    history.record([message('user', 'go'), call('a'), output('a', 'done'), call('b')])
    const first = await history.prepare(view)
    first.length = 3
    history.record([output('b', 'done too')])

    const second = await history.prepare(view)

    expect(second).toEqual(history.items())
    for (const [index, item] of first.entries()) expect(second[index]).toBe(item)
  })

  test('a strategy of the host’s own chooses from all items, and what it tears apart is mended', async () => {
    const lastTwo: HistoryStrategy = {
      name: 'last-two',
      whenFull: 'fits',
      spansTurns: true,
      prepare: async ({ items, budgetTokens }) => items.slice(budgetTokens === 1_000 ? -2 : 0),
    }
    const history = createHistory({ strategy: lastTwo })
    history.record([message('user', 'go'), call('a'), output('a', 'done'), message('user', 'on')])

    expect(await history.prepare(view)).toEqual([message('user', 'on')])
    expect(await history.prepare({ ...view, budgetTokens: 5 })).toHaveLength(4)
  })
})

describe('tokens', () => {
  test('without a usage, all items are estimated', () => {
    const history = createHistory({ items: [message('user', 'go'), call('a')] })

    expect(history.tokensInUse()).toBe(estimateTokensOf(history.items()))
    expect(history.tokensInUse()).toBeGreaterThan(20)
  })

  test('with a usage, only what the model has not read yet is estimated, whenever the usage was noted', () => {
    const late = [output('a', 'y'.repeat(400)), message('user', 'also this')]
    for (const notedFirst of [true, false]) {
      const history = createHistory()
      history.record([message('user', 'x'.repeat(10_000)), call('a')])

      if (notedFirst) history.noteUsage(usage(4_000, 50))
      history.record(late)
      if (!notedFirst) history.noteUsage(usage(4_000, 50))

      expect(history.lastUsage).toEqual(usage(4_000, 50))
      expect(history.tokensInUse()).toBe(4_050 + estimateTokensOf(late))
    }
  })

  test('encrypted reasoning of turns before the present one is added, that of the present one is not', () => {
    const history = createHistory()
    const old = encrypted(4_000)
    history.record([
      message('user', 'one'),
      old,
      message('assistant', 'ok'),
      message('user', 'two'),
      encrypted(4_000),
    ])
    history.noteUsage(usage(1_000, 0))

    expect(estimateTokens(old)).toBe((3_000 - 650 + 2) / 4)
    expect(history.tokensInUse()).toBe(1_000 + estimateTokens(old))
  })

  test('an item costs a quarter of its JSON; fields that no wire carries cost nothing', () => {
    const item = message('user', 'äöü')

    expect(estimateTokens(item)).toBe(Math.ceil(Buffer.byteLength(JSON.stringify(item)) / 4))
    expect(
      estimateTokens({
        ...item,
        turnId: 't1',
        agentId: 'planner',
        providerData: { provider: 'local', model: 'any', data: 'x'.repeat(1_000) },
      }),
    ).toBe(estimateTokens(item))
  })

  test('short encrypted reasoning costs nothing', () => {
    expect(estimateTokens(encrypted(800))).toBe(0)
  })

  describe('of a picture', () => {
    const picture = (bytes: Buffer, detail?: 'high' | 'original'): ResponseItem => ({
      type: 'message',
      role: 'user',
      content: [
        {
          type: 'input_image',
          image_url: `data:image/png;base64,${bytes.toString('base64')}`,
          ...(detail === undefined ? {} : { detail }),
        },
      ],
    })
    const frame = estimateTokens(picture(Buffer.from('not a picture'), 'high'))
    const png = (width: number, height: number) => {
      const bytes = Buffer.alloc(90_000)
      bytes.write('\x89PNG\r\n\x1a\n', 'latin1')
      bytes.writeUInt32BE(width, 16)
      bytes.writeUInt32BE(height, 20)
      return bytes
    }
    // What an item with `detail: "original"` costs beside the picture: measured on one that cannot be read.
    const around = estimateTokens(picture(Buffer.from('?'), 'original')) - 7_373 / 4
    const check = (bytes: Buffer, patches: number) =>
      expect(Math.round(estimateTokens(picture(bytes, 'original')) - around)).toBe(patches)

    test('are 7,373 bytes, however large it is', () => {
      expect(estimateTokens(picture(png(4_000, 4_000), 'high'))).toBe(frame)
      expect(frame).toBeGreaterThan(7_373 / 4)
      expect(frame).toBeLessThan(7_373 / 4 + 40)
    })

    test('in full detail are its patches of 32 pixels, 10,000 at most', () => {
      check(png(64, 65), 6)
      check(png(3_000, 1_500), 94 * 47)
      check(png(30_000, 30_000), 10_000)
    })

    test('are found in GIF, WebP and JPEG files too', () => {
      const gif = Buffer.from('GIF89a\x40\x00\x41\x00', 'latin1')
      const webp = (kind: string, tail: number[]) =>
        Buffer.concat([Buffer.from(`RIFF\0\0\0\0WEBP${kind}\0\0\0\0`, 'latin1'), Buffer.from(tail)])
      const jpeg = Buffer.from([
        0xff, 0xd8, 0xff, 0xe0, 0, 4, 9, 9, 0xff, 0xff, 0xc0, 0, 11, 8, 0, 65, 0, 64, 1, 0, 0, 0,
      ])

      check(gif, 6)
      check(webp('VP8X', [0, 0, 0, 0, 63, 0, 0, 64, 0, 0]), 6)
      check(webp('VP8L', [0x2f, 63, 0, 16, 0]), 6)
      check(webp('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 65, 0]), 6)
      check(jpeg, 6)
    })
  })
})

describe('a thread’s records', () => {
  const recorded = (item: ResponseItem): ThreadRecord => ({ type: 'response_item', item })
  const ended = (turnId: string): ThreadRecord => ({
    type: 'turn_ended',
    turnId,
    status: 'completed',
    usage: usage(1, 1),
  })
  const records: ThreadRecord[] = [
    { type: 'thread_meta', meta: { id: 'x', createdAt: 0, workingDirectory: '/project' } },
    recorded(message('user', 'one')),
    ended('t1'),
    recorded(message('user', 'two')),
    { type: 'compacted', items: [message('user', 'summary')] },
    ended('t2'),
    recorded(message('user', 'three')),
  ]

  test('give the history back: the newest compaction, and what came after it', () => {
    expect(replay(records)).toEqual([message('user', 'summary'), message('user', 'three')])
  })

  test('give the history at the end of a turn, for a fork', () => {
    expect(replay(records, { throughTurn: 't1' })).toEqual([message('user', 'one')])
    expect(replay(records, { throughTurn: 't2' })).toEqual([message('user', 'summary')])
    expect(replay(records, { throughTurn: 'never' })).toBe(null)
  })
})

test('the user’s own words are told from context in the user’s name', () => {
  expect(isUserPrompt(message('user', 'fix <environment_context> parsing'))).toBe(true)
  expect(isUserPrompt(message('user', '<notes>milk</notes> buy this'))).toBe(true)
  expect(isUserPrompt(message('assistant', 'ok'))).toBe(false)
  for (const text of [
    '<environment_context>\n</environment_context>',
    '# AGENTS.md instructions for /project\n',
    '\n<turn_aborted>',
    '<note>\nlook</note>',
    '<note from="board">\nlook</note>',
    '<original-user-prompt>go</original-user-prompt>',
  ]) {
    expect(isUserPrompt(message('user', text))).toBe(false)
  }
})
