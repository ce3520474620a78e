/** Each request begins with the bytes of the one before, so that a provider's cache goes on matching. */

import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineTool } from '../../src/index.ts'
import { calls, type ProviderRequest, type Step, says, thinks } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'

const CONVERSATION = { responses: 'input', chat: 'messages', messages: 'messages' } as const
type SpokenWireApi = keyof typeof CONVERSATION

const add = defineTool({
  name: 'add',
  description: 'Adds.',
  input: z.object({ a: z.number(), b: z.number() }),
  effects: [],
  parallel: true,
  run: ({ a, b }) => a + b,
})

/** Two parallel calls behind some reasoning, then the answer. */
const turn = (number: number): Step[] => [
  [
    thinks(`Sums of ${number}.`, { encrypted: `sealed ${number}` }),
    calls('add', { a: number, b: 1 }),
    calls('add', { a: number, b: 2 }),
  ],
  says(`That was turn ${number}.`),
]

interface Sent {
  /** Everything up to the end of the conversation. */
  readonly before: string
  readonly behind: string
}

/**
 * A request's bytes, cut where its conversation ends.
 *
 * @param isPinned Whether the newest prompt stands once more at the end, which belongs to this request alone.
 */
function cutAtTail({ body, text }: ProviderRequest, wireApi: SpokenWireApi, isPinned: boolean): Sent {
  const field = CONVERSATION[wireApi]
  const items = JSON.stringify(body[field])
  const start = text.indexOf(`"${field}":`) + field.length + 3
  expect(text.slice(start, start + items.length)).toBe(items)
  const lasting = isPinned ? withoutPin(body[field]) : items
  // The marks at the moving end of Messages are no part of what is kept: they only say how far.
  return {
    before:
      text.slice(0, start) + lasting.slice(0, -1).replaceAll(',"cache_control":{"type":"ephemeral"}', ''),
    behind: text.slice(start + items.length),
  }
}

/** On Messages neighbours of one role are one message, so there it is a block. */
function withoutPin(conversation: unknown): string {
  const items = structuredClone(conversation) as { content: unknown }[]
  const last = items.at(-1)
  if (Array.isArray(last?.content) && last.content.length > 1) {
    last.content.pop()
    return JSON.stringify(items).slice(0, -2)
  }
  return JSON.stringify(items.slice(0, -1))
}

test.concurrent.each([
  ['responses', 'off', 50],
  ['chat', 'off', 50],
  ['messages', 'off', 50],
  ['responses', 'tail', 10],
  ['chat', 'tail', 10],
  ['messages', 'tail', 10],
] as const)(
  '%s, prompt pinned: %s: %i turns append, and change nothing',
  async (wireApi, pinPrompt, turns) => {
    const script = Array.from({ length: turns }, (_, number) => turn(number)).flat()
    await using at = await bench(script, {
      provider: { wireApi },
      packs: [{ slug: 'sums', tools: [add] }],
    })
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct', pinPrompt })

    for (let number = 0; number < turns; number += 1) await thread.run(`Question ${number}?`)

    const { requests } = at.provider
    const sent = requests.map((request) => cutAtTail(request, wireApi, pinPrompt === 'tail'))
    expect(sent).toHaveLength(2 * turns)
    expect(new Set(sent.map(({ behind }) => behind)).size).toBe(1)
    for (const [index, { before }] of sent.slice(0, -1).entries()) {
      const next = sent[index + 1]?.before ?? ''
      expect(next.length).toBeGreaterThan(before.length)
      expect(next.slice(0, before.length) === before || { index, before, next }).toBe(true)
    }
  },
)
