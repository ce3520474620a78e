/** Notes that tools put up: where the model sees them, for how long, and what stays the same meanwhile. */

import { expect, test } from 'vitest'
import { z } from 'zod'
import { type BoardNote, defineTool, type NewBoardNote } from '../../src/index.ts'
import { calls, custom, type ProviderRequest, says, uses } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'

const direct = { toolMode: 'direct', sandboxMode: 'danger-full-access' } as const

/** A tool that puts up what it is given, and one that takes down. */
function pinboard() {
  const seen: (readonly BoardNote[])[] = []
  const put = defineTool({
    name: 'put',
    description: 'Put notes up.',
    input: z.object({ notes: z.array(z.record(z.string(), z.unknown())) }),
    effects: [],
    run({ notes }, { board }) {
      const ids = notes.map((note) => board.put(note as unknown as NewBoardNote))
      seen.push(board.list())
      return ids.join(' ')
    },
  })
  const remove = defineTool({
    name: 'remove',
    description: 'Take a note down.',
    input: z.object({ id: z.string() }),
    effects: [],
    run: ({ id }, { board }) => String(board.remove(id)),
  })
  return { seen, packs: [{ slug: 'pinboard', namespace: 'pin', tools: [put, remove] }] }
}

const PUT = (...notes: NewBoardNote[]) => calls('pin_put', { notes })

/** The request, a line for each item: what stands first in it, or its type. */
function outline(request: ProviderRequest | undefined): string[] {
  return (request?.items ?? []).flatMap((item) => {
    if (item.type !== 'message') return [item.type]
    const text = item.text.trim()
    return text === '' ? [] : [text.startsWith('<board>') ? 'board' : (text.split('\n')[0] ?? '')]
  })
}

const boardOf = (request: ProviderRequest | undefined) =>
  request?.texts('user').find((text) => text.includes('<board>'))

test('a note shows behind the outputs of its turn, and in front of the prompts to come until its time is over', async () => {
  const { packs } = pinboard()
  await using at = await bench(
    [PUT({ text: 'Tea is at four.', ttlTurns: 3 }), says('1'), says('2'), says('3'), says('4')],
    { packs },
  )
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct, pinPrompt: 'tail' })

  for (const prompt of ['first', 'second', 'third', 'fourth']) await thread.run(prompt)

  const [, again, second, third, fourth] = at.provider.requests
  expect(outline(again).slice(-5)).toEqual([
    'first',
    'call',
    'output',
    '<note from="board">',
    '<original-user-prompt>',
  ])
  expect(outline(second).slice(-3)).toEqual(['1', 'board', 'second'])
  expect(boardOf(second)).toContain('- [n1, 2 turns left] Tea is at four.')
  expect(boardOf(third)).toContain('- [n1, last turn] Tea is at four.')
  expect(outline(third).slice(-3)).toEqual(['2', 'board', 'third'])
  expect(fourth?.text).not.toContain('Tea is at four.</board>')
  expect(boardOf(fourth)).toBeUndefined()
})

test('a turn shows the same board from its first request to its last, whatever is put up or taken down', async () => {
  const { packs } = pinboard()
  await using at = await bench(
    [
      PUT({ id: 'tea', text: 'Tea is at four.' }),
      says('noted'),
      [PUT({ id: 'tea', text: 'Tea is at five.' })],
      calls('pin_remove', { id: 'tea' }),
      says('gone'),
      says('nothing'),
    ],
    { packs },
  )
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  for (const prompt of ['first', 'second', 'third']) await thread.run(prompt)

  const [, , ...requests] = at.provider.requests
  const inputs = requests.map(({ body }) => body.input as unknown[])
  for (const at of [1, 2]) {
    const before = inputs[at - 1] ?? []
    expect(JSON.stringify(inputs[at]?.slice(0, before.length))).toBe(JSON.stringify(before))
  }
  expect(boardOf(requests[2])).toContain('Tea is at four.')
  expect(outline(requests[2]).slice(-7)).toEqual([
    'board',
    'second',
    'call',
    'output',
    '<note from="board">',
    'call',
    'output',
  ])
  expect(boardOf(requests[3])).toBeUndefined()
})

test('what stands in front of the board is the same from turn to turn, and the file knows nothing of it', async () => {
  const { packs } = pinboard()
  await using at = await bench([PUT({ text: 'Tea.' }), says('1'), says('2'), says('3')], { packs })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  for (const prompt of ['first', 'second', 'third']) await thread.run(prompt)

  const [first, second] = at.provider.requests.slice(2).map(({ body }) => body.input as unknown[])
  const boardAt = first?.findIndex((item) => JSON.stringify(item).includes('<board>')) ?? -1
  expect(boardAt).toBeGreaterThan(0)
  expect(JSON.stringify(second?.slice(0, boardAt))).toBe(JSON.stringify(first?.slice(0, boardAt)))
  expect(JSON.stringify(await at.store.threads.read(thread.id))).not.toMatch(/<board>|<note/)
})

test('with boardPosition head it stands in front of the whole conversation', async () => {
  const { packs } = pinboard()
  await using at = await bench([PUT({ text: 'Tea.' }), says('1'), says('2')], { packs })
  const thread = at.codex.startThread({
    workingDirectory: at.folder.path,
    ...direct,
    boardPosition: 'head',
  })

  await thread.run('first')
  await thread.run('second')

  const lines = outline(at.provider.requests[2])
  expect(lines.indexOf('board')).toBe(lines.indexOf('first') - 1)
})

test('a script reaches the board as well', async () => {
  const { packs, seen } = pinboard()
  await using at = await bench(
    [
      custom('exec', "return await tools.pin.put({ notes: [{ text: 'Tea.', call: 'tools.fc.get(1)' }] })"),
      says('ok'),
    ],
    { packs },
  )

  await at.codex.startThread({ workingDirectory: at.folder.path }).run('go')

  expect(seen).toEqual([[{ id: 'n1', text: 'Tea.', call: 'tools.fc.get(1)', turnsLeft: 3 }]])
  expect(outline(at.provider.requests[1]).slice(-2)).toEqual([
    '<note from="board">',
    '<original-user-prompt>',
  ])
})

test('the board holds fifty notes and shows what has room, the newest first', async () => {
  const { packs, seen } = pinboard()
  const notes = Array.from({ length: 60 }, (_, at) => ({ id: `id${at}`, text: `${at} `.repeat(300) }))
  await using at = await bench([PUT(...notes), says('1'), says('2')], { packs })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  await thread.run('first')
  await thread.run('second')

  expect(seen[0]).toHaveLength(50)
  expect(seen[0]?.[0]?.id).toBe('id59')
  const shown = at.provider.requests[1]?.texts('user').filter((text) => text.startsWith('<note')) ?? []
  expect(shown.length).toBeGreaterThan(5)
  expect(shown.join('').length).toBeLessThan(15_000)
  const board = boardOf(at.provider.requests[2]) ?? ''
  expect(board).toMatch(/^<board>\n- \[id59, /)
  expect(board).toMatch(/\(\d+ more notes are not shown, for want of room\.\)/)
  expect(board.length).toBeLessThan(15_000)
})

test.each([
  [{ text: ' ' }, 'text must say something'],
  [{ text: 'x'.repeat(2_001) }, 'text may have 2000 characters; put more into a document'],
  [{ text: 'x', ttlTurns: 0 }, 'ttlTurns must be a whole number from 1 to 1000'],
  [{ text: 'x', id: '' }, 'id must have 1 to 64 characters'],
])('a note that cannot be one is an error of its call: %j', async (note, problem) => {
  const { packs } = pinboard()
  await using at = await bench([PUT(note), says('ok')], { packs })

  await at.codex.startThread({ workingDirectory: at.folder.path, ...direct }).run('go')

  expect(at.provider.requests[1]?.outputOf('pin_put')).toContain(`A note on the board: ${problem}`)
})

test('a secret on the board is hidden', async () => {
  const { packs } = pinboard()
  await using at = await bench([PUT({ text: 'The key is test-key.' }), says('1'), says('2')], { packs })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  await thread.run('first')
  await thread.run('second')

  expect(boardOf(at.provider.requests[2])).toContain('The key is [')
  expect(boardOf(at.provider.requests[2])).not.toContain('test-key')
})

test('a compaction in the middle of a turn keeps its notes, from then on in one place', async () => {
  const { packs } = pinboard()
  const READ_NOTHING = calls('pin_remove', { id: 'none' })
  await using at = await bench(
    [
      READ_NOTHING,
      PUT({ text: 'Tea.' }),
      [READ_NOTHING, uses({ input_tokens: 6_000 })],
      says('a summary'),
      READ_NOTHING,
      READ_NOTHING,
      says('done'),
    ],
    {
      packs,
      models: { small: { model: 'local/any', limits: { autoCompactTokenLimit: 5_000 } } },
      model: 'small',
    },
  )

  await at.codex.startThread({ workingDirectory: at.folder.path, ...direct }).run('first')

  const [first, second, third] = at.provider.requests.slice(4)
  expect(outline(first).slice(-2)).toEqual(['<conversation-summary>', '<note from="board">'])
  for (const [before, after] of [
    [first, second],
    [second, third],
  ]) {
    const input = before?.body.input as unknown[]
    const next = after?.body.input as unknown[]
    expect(JSON.stringify(next.slice(0, input.length))).toBe(JSON.stringify(input))
  }
})
