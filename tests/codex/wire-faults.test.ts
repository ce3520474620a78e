/** What a provider may do to a turn, on each wire API: a right result or an error with a type, and a thread that goes on. */

import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineTool, type Thread, type ThreadEvent } from '../../src/index.ts'
import {
  calls,
  cutsAfter,
  drips,
  endsWithoutTerminalEvent,
  fails,
  malformed,
  refuses,
  type Step,
  says,
  stalls,
  thinks,
  uses,
} from '../../src/testing/index.ts'
import { bench, type TestBench } from '../support/codex.ts'

const WIRES = ['responses', 'chat', 'messages'] as const
type SpokenWireApi = (typeof WIRES)[number]

/** Events of a response up to a piece of its first message, and up to one of its first call's arguments. */
const IN_TEXT = { responses: 5, chat: 3, messages: 5 } as const
const IN_ARGUMENTS = { responses: 4, chat: 3, messages: 5 } as const
/** How each wire API says that it has too much to do. */
const OVERLOADED = {
  responses: 'server_is_overloaded',
  chat: 'provider_overloaded',
  messages: 'overloaded_error',
} as const

interface At extends TestBench {
  readonly thread: Thread
  /** What the tool was called with. */
  readonly added: string[]
}

async function at(wireApi: SpokenWireApi, script: readonly Step[], run?: () => Promise<string>): Promise<At> {
  const added: string[] = []
  const add = defineTool({
    name: 'add',
    description: 'Adds.',
    input: z.object({ a: z.number() }),
    effects: [],
    async run({ a }, { signal }) {
      added.push(String(a))
      if (run === undefined) return 'added'
      const stopped = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
      return await Promise.race([run(), stopped])
    },
  })
  const started = await bench(script, {
    provider: { wireApi },
    packs: [{ slug: 'sums', tools: [add] }],
  })
  const options = { workingDirectory: started.folder.path, toolMode: 'direct' } as const
  return { ...started, added, thread: started.codex.startThread(options) }
}

async function eventsOf(run: AsyncIterable<ThreadEvent>): Promise<{ events: ThreadEvent[]; error: unknown }> {
  const events: ThreadEvent[] = []
  try {
    for await (const event of run) events.push(event)
    return { events, error: undefined }
  } catch (error) {
    return { events, error }
  }
}

/** What somebody has on the screen who follows the events. */
function shownBy(events: readonly ThreadEvent[]): string[] {
  const texts = new Map<string, string>()
  for (const event of events) {
    if (event.type === 'item.delta') {
      texts.set(event.item_id, (texts.get(event.item_id) ?? '') + event.delta)
    } else if (event.type === 'item.updated' || event.type === 'item.completed') {
      if ('text' in event.item) texts.set(event.item.id, event.item.text)
    }
  }
  return [...texts.values()]
}

const reconnects = (events: readonly ThreadEvent[]) =>
  events.flatMap((event) => (event.type === 'error' ? [event.message.slice(0, 19)] : []))

test.concurrent.each(WIRES)(
  '%s: a stream cut in its text is asked for again, and no text shows twice',
  async (wireApi) => {
    await using here = await at(wireApi, [
      [says('One two three four.'), cutsAfter(IN_TEXT[wireApi])],
      says('One two three four.'),
    ])

    const run = here.thread.run('go')
    const { events } = await eventsOf(run)

    expect((await run).finalResponse).toBe('One two three four.')
    expect(reconnects(events)).toEqual(['Reconnecting... 1/1'])
    const emptied = events.findIndex((event) => event.type === 'item.updated')
    expect(events[emptied]).toEqual({
      type: 'item.updated',
      item: { id: 'item_0', type: 'agent_message', text: '' },
    })
    expect(shownBy(events.slice(0, emptied)).join()).not.toBe('')
    expect(shownBy(events)).toEqual(['One two three four.'])
    expect(here.provider.requests[1]?.texts('assistant')).toEqual([])
  },
)

test.concurrent.each(WIRES)(
  '%s: what is emptied is told to no reader of the events of the SDK',
  async (wireApi) => {
    await using here = await at(wireApi, [
      [thinks('Let me see.'), says('One two three four.'), cutsAfter(IN_TEXT[wireApi] + 4)],
      says('One two three four.'),
    ])

    const { events } = await here.thread.runStreamed('go')
    const seen = await Array.fromAsync(events)

    const items = seen.flatMap((event) => (event.type.startsWith('item.') ? [event] : []))
    expect(items.map(({ type }) => type)).not.toContain('item.started')
    expect(items.at(-1)).toMatchObject({
      type: 'item.completed',
      item: { type: 'agent_message', text: 'One two three four.' },
    })
  },
)

test.concurrent.each(WIRES)(
  '%s: a stream cut in the arguments of a call has called nothing',
  async (wireApi) => {
    await using here = await at(wireApi, [
      [calls('add', { a: 1 }), cutsAfter(IN_ARGUMENTS[wireApi])],
      calls('add', { a: 2 }),
      says('done'),
    ])

    const turn = await here.thread.run('go')

    expect(turn.finalResponse).toBe('done')
    expect(here.added).toEqual(['2'])
    expect(here.provider.requests).toHaveLength(3)
  },
)

test.concurrent.each(WIRES)('%s: a body that ends without its last word is no success', async (wireApi) => {
  const half: Step = [says('Half of it'), endsWithoutTerminalEvent()]
  await using here = await at(wireApi, [half, half, says('Well.')])

  const { error } = await eventsOf(here.thread.run('go'))
  const next = await here.thread.run('Again?')

  expect(error).toMatchObject({ code: 'stream_interrupted', retryable: true })
  expect(next.finalResponse).toBe('Well.')
  expect(here.provider.requests).toHaveLength(3)
})

test.concurrent.each(WIRES)(
  '%s: one who is busy and names a time is left alone that long',
  async (wireApi) => {
    const busy = refuses(
      429,
      { error: { message: 'slow', type: 'rate_limit_error' } },
      { 'retry-after-ms': '30' },
    )
    await using here = await at(wireApi, [busy, says('Now.'), busy, busy])

    const run = here.thread.run('go')
    const { events } = await eventsOf(run)
    const { error } = await eventsOf(here.thread.run('again'))

    expect((await run).finalResponse).toBe('Now.')
    expect(reconnects(events)).toEqual(['Reconnecting... 1/1'])
    expect(error).toMatchObject({ code: 'rate_limited', status: 429, retryAfterMs: 30 })
    expect(here.provider.requests).toHaveLength(4)
  },
)

test.concurrent.each(WIRES)('%s: a line that is no JSON is read over', async (wireApi) => {
  await using here = await at(wireApi, [[says('Good.'), malformed('data: {"type": "x\n\n')]])

  const turn = await here.thread.run('go')

  expect(turn.finalResponse).toBe('Good.')
  expect(here.provider.requests).toHaveLength(1)
})

test.concurrent.each(WIRES)(
  '%s: one who breaks off for having too much to do is asked again, and no call runs twice',
  async (wireApi) => {
    const broken = fails(OVERLOADED[wireApi], 'Too many of you.')
    await using here = await at(wireApi, [
      // On Chat calls are whole when the response is; elsewhere the first is as soon as the next begins.
      [calls('add', { a: 1 }), calls('add', { a: 2 }), broken],
      says('done'),
    ])

    const run = here.thread.run('go')
    const { events } = await eventsOf(run)

    expect((await run).finalResponse).toBe('done')
    expect(reconnects(events)).toEqual(['Reconnecting... 1/1'])
    expect(new Set(here.added).size).toBe(here.added.length)
    const outputs = here.provider.requests[1]?.items.filter(({ type }) => type === 'output')
    expect(outputs).toHaveLength(here.added.length)
  },
)

test.concurrent.each(WIRES)('%s: overloaded for ever, it is an error that names itself', async (wireApi) => {
  const broken: Step = [says('Half'), fails(OVERLOADED[wireApi], 'Too many of you.')]
  await using here = await at(wireApi, [broken, broken])

  const { error } = await eventsOf(here.thread.run('go'))

  expect(error).toMatchObject({ code: 'server_overloaded', retryable: true })
  expect(here.provider.requests).toHaveLength(2)
})

test.concurrent.each(WIRES)('%s: a tool that throws says why, and not where', async (wireApi) => {
  await using here = await at(wireApi, [calls('add', { a: 1 }), says('I see.')], () =>
    Promise.reject(new Error('boom')),
  )

  await here.thread.run('go')

  expect(here.provider.requests[1]?.outputOf('add')).toBe('boom')
})

test.concurrent.each(WIRES)(
  '%s: stopped in a tool, the call is answered and what it cost is counted',
  async (wireApi) => {
    const stop = new AbortController()
    const usage = { input_tokens: 50, output_tokens: 5 }
    await using here = await at(wireApi, [[calls('add', { a: 1 }), uses(usage)], says('Well.')], () => {
      stop.abort()
      return new Promise(() => {})
    })

    const { error, events } = await eventsOf(here.thread.run('go', { signal: stop.signal }))
    const next = await here.thread.run('And now?')

    expect(error).toMatchObject({ code: 'aborted', turn: { usage } })
    expect(events.at(-1)).toMatchObject({ type: 'turn.aborted', reason: 'interrupted', usage })
    expect(next.finalResponse).toBe('Well.')
    expect(here.provider.requests[1]?.outputOf('add')).toBe('aborted')
    expect(here.provider.requests).toHaveLength(2)
  },
)

test.concurrent.each(WIRES)('%s: leaving the loop closes the socket', async (wireApi) => {
  await using here = await at(wireApi, [
    [says('One two three four.', { deltas: 18 }), drips(20)],
    says('Well.'),
  ])

  for await (const event of here.thread.run('go')) if (event.type === 'item.delta') break
  const next = await here.thread.run('And now?')

  expect(await here.provider.closed(0)).toBe('client')
  expect(next.finalResponse).toBe('Well.')
})

test.concurrent.each(WIRES)(
  '%s: stopped in its text, it closes the socket and estimates the cost',
  async (wireApi) => {
    const stop = new AbortController()
    const text = 'A sentence of some length, that is never finished.'
    await using here = await at(wireApi, [[says(text), stalls(IN_TEXT[wireApi])], says('Well.')])

    const run = here.thread.run('go', { signal: stop.signal })
    let spoken = ''
    let error: unknown
    try {
      for await (const event of run) {
        if (event.type !== 'item.delta') continue
        spoken += event.delta
        stop.abort()
      }
    } catch (caught) {
      error = caught
    }
    await here.thread.run('And now?')

    expect(await here.provider.closed(0)).toBe('client')
    expect(error).toMatchObject({
      code: 'aborted',
      turn: {
        isUsageEstimated: true,
        usage: { input_tokens: expect.any(Number), output_tokens: Math.ceil(spoken.length / 4) },
      },
    })
    expect(here.thread.usage.input_tokens).toBeGreaterThan(100)
    expect(here.provider.requests[1]?.texts('assistant').join()).toContain(spoken)
  },
)
