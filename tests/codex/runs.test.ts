/** A run: awaited, iterated, stopped, failed. */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { ThreadEvent } from '../../src/index.ts'
import {
  calls,
  custom,
  endsWithoutTerminalEvent,
  hangs,
  refuses,
  says,
  stalls,
  thinks,
  uses,
} from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'

const direct = { toolMode: 'direct', sandboxMode: 'danger-full-access' } as const

async function collect(events: AsyncIterable<ThreadEvent>): Promise<ThreadEvent[]> {
  const all: ThreadEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

test.each(['responses', 'chat'] as const)(
  'a turn goes from prompt to tool to answer over the %s wire',
  async (wireApi) => {
    await using at = await bench([calls('read_file', { file_path: 'plan.md' }), says('The plan is tea.')], {
      files: { 'plan.md': 'make tea' },
      provider: { wireApi },
    })
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })

    const turn = await thread.run('What does plan.md say?')

    expect(turn.finalResponse).toBe('The plan is tea.')
    expect(turn.steps).toBe(2)
    expect(at.provider.requests[1]?.outputOf('read_file')).toContain('make tea')
  },
)

test('a tool failure goes back to the model and the turn goes on', async () => {
  await using at = await bench([calls('read_file', { file_path: 'plan.md' }), says('There is no plan yet.')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })

  const turn = await thread.run('What does plan.md say?')

  expect(turn.finalResponse).toBe('There is no plan yet.')
  expect(at.provider.requests[1]?.outputOf('read_file')).toMatch(/plan\.md/)
  expect(at.provider.requests[1]?.outputOf('read_file')).not.toMatch(/\n\s+at /)
})

test('a run that is iterated gives deltas, items and the end in order', async () => {
  await using at = await bench([[thinks('Let me see.'), says('Hello there')]])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const events = await collect(thread.run('Hi'))

  expect(events[0]).toEqual({ type: 'thread.started', thread_id: thread.id })
  expect(events[1]).toEqual({ type: 'turn.started' })
  const spoken = events.flatMap((event) =>
    event.type === 'item.delta' && event.item_type === 'agent_message' ? [event.delta] : [],
  )
  expect(spoken.length).toBeGreaterThan(1)
  expect(spoken.join('')).toBe('Hello there')
  expect(events.filter((event) => event.type === 'item.completed').map((event) => event.item)).toEqual([
    { id: 'item_0', type: 'reasoning', text: 'Let me see.' },
    { id: 'item_1', type: 'agent_message', text: 'Hello there' },
  ])
  expect(events.at(-1)).toMatchObject({ type: 'turn.completed', usage: { input_tokens: expect.any(Number) } })
})

test('parallel calls are answered in the order of the calls', async () => {
  await using at = await bench([
    [calls('exec_command', { cmd: 'sleep 0.3; echo slow' }), calls('exec_command', { cmd: 'echo quick' })],
    says('done'),
  ])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  await thread.run('go')

  const outputs = at.provider.requests[1]?.items.filter((item) => item.type === 'output') ?? []
  expect(outputs.map((item) => ('text' in item ? item.text.trim().split('\n').at(-1) : ''))).toEqual([
    'slow',
    'quick',
  ])
})

test.each([
  ['an unknown function', calls('no_such_tool', {}), /^unsupported call: no_such_tool/],
  ['arguments that are no JSON', calls('update_plan', '{"plan": ['), /^failed to parse function arguments: /],
  [
    'arguments that do not fit',
    calls('update_plan', { plan: 'tea' }),
    /its arguments do not fit.*plan: .*JSON Schema/s,
  ],
  ['free text for a function', custom('update_plan', 'tea'), /takes JSON arguments/],
])('%s is answered, and the turn goes on', async (_, step, answer) => {
  await using at = await bench([step, says('done')], { provider: { strict: false } })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const turn = await thread.run('go')

  expect(turn.finalResponse).toBe('done')
  const outputs = at.provider.requests[1]?.items.filter((item) => item.type === 'output') ?? []
  expect(outputs.map((item) => ('text' in item ? item.text : ''))).toEqual([expect.stringMatching(answer)])
})

test('a refusal fails the run: the last event says so, and both readers get the same error', async () => {
  await using at = await bench([refuses(400, { error: { message: 'bad thing' } })])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const run = thread.run('go')
  const events: ThreadEvent[] = []
  const seen = await (async () => {
    for await (const event of run) events.push(event)
  })().catch((error: unknown) => error)

  expect(seen).toMatchObject({ code: 'model_refused', status: 400, retryable: false })
  expect(await run.catch((error: unknown) => error)).toBe(seen)
  expect(events.slice(-2)).toEqual([
    { type: 'error', message: expect.stringContaining('bad thing') },
    { type: 'turn.failed', error: { message: expect.stringContaining('bad thing') } },
  ])
})

test('pain 12: a stream that was cut is asked for again, and a call that was whole is not run twice', async () => {
  await using at = await bench([
    [calls('exec_command', { cmd: 'echo once >> log.txt' }), endsWithoutTerminalEvent()],
    says('done'),
  ])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const run = thread.run('go')
  const events = await collect(run)

  expect((await run).finalResponse).toBe('done')
  expect(events).toContainEqual({
    type: 'error',
    message: expect.stringMatching(/^Reconnecting\.\.\. 1\/1 \(/),
  })
  expect(at.provider.requests[1]?.outputOf('exec_command')).toContain('Process exited with code 0')
  expect(await readFile(path.join(at.folder.path, 'log.txt'), 'utf8')).toBe('once\n')
})

test.each([
  ['its signal', (at: { abort: () => void }) => at.abort()],
  ['interrupt()', (at: { interrupt: () => void }) => at.interrupt()],
])('%s stops a turn that waits for the model; the partial text stays in the thread', async (_, stop) => {
  await using at = await bench([[says('Half a sentence and the rest of it'), stalls(5)], says('fine')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })
  const controller = new AbortController()

  const run = thread.run('go', { signal: controller.signal })
  let spoken = ''
  const events: ThreadEvent[] = []
  const error = await (async () => {
    for await (const event of run) {
      events.push(event)
      if (event.type === 'item.delta') {
        spoken += event.delta
        stop({ abort: () => controller.abort(), interrupt: () => void thread.interrupt() })
      }
    }
  })().catch((caught: unknown) => caught)

  expect(error).toMatchObject({
    name: 'AbortError',
    code: 'aborted',
    turn: { finalResponse: expect.stringContaining(spoken) },
  })
  expect(events.at(-1)).toMatchObject({ type: 'turn.aborted', reason: 'interrupted' })
  expect(await at.provider.closed(0)).toBe('client')
  await thread.run('go on')
  expect(at.provider.requests[1]?.texts('assistant').join()).toContain(spoken)
})

test('leaving the loop stops the turn and its command, and leaves a history that the next request may carry', async () => {
  await using at = await bench([calls('exec_command', { cmd: 'sleep 30' }), says('fine')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  for await (const event of thread.run('go')) if (event.type === 'item.started') break
  const turn = await thread.run('go on')

  expect(turn.finalResponse).toBe('fine')
  expect(at.provider.requests[1]?.outputOf('exec_command')).toMatch(/abort/)
})

test('pain 8: a stopped run rejects nobody who did not look', async () => {
  await using at = await bench([hangs()])
  const rejections: unknown[] = []
  const listen = (error: unknown) => rejections.push(error)
  process.on('unhandledRejection', listen)
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  thread.run('go')
  await at.provider.nextRequest()
  await thread.close()
  await new Promise((resolve) => setImmediate(resolve))

  process.off('unhandledRejection', listen)
  expect(rejections).toEqual([])
})

test('pain 25: a second run on a busy thread is refused, queued or steered as the thread says', async () => {
  const script = [calls('exec_command', { cmd: 'sleep 0.2' }), says('first'), says('second')]
  await using rejecting = await bench(script.slice(0, 2))
  await using queueing = await bench(script)
  await using steering = await bench(script.slice(0, 2))
  const threadOf = (at: typeof rejecting, whenBusy: 'reject' | 'queue' | 'steer') =>
    at.codex.startThread({ workingDirectory: at.folder.path, ...direct, whenBusy })

  const busy = threadOf(rejecting, 'reject')
  const [one, refused] = await Promise.allSettled([busy.run('one'), busy.run('two')])
  const queued = threadOf(queueing, 'queue')
  const answers = await Promise.all([queued.run('one'), queued.run('two')])
  const steered = threadOf(steering, 'steer')
  const joined = await Promise.all([steered.run('one'), steered.run('use pnpm')])

  expect(one).toMatchObject({ status: 'fulfilled', value: { finalResponse: 'first' } })
  expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'thread_busy', retryable: true } })
  expect(answers.map((turn) => turn.finalResponse)).toEqual(['first', 'second'])
  expect(joined.map((turn) => turn.finalResponse)).toEqual(['first', 'first'])
  expect(steering.provider.requests[1]?.texts('user')).toContain('use pnpm')
})

test('an output schema goes to the model, and what comes back is checked and typed', async () => {
  await using at = await bench([says('{"answer": 42}'), says('forty-two')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })
  const outputSchema = z.object({ answer: z.number() })

  const turn = await thread.run('What is it?', { outputSchema })
  const failed = await thread.run('Again?', { outputSchema }).catch((error: unknown) => error)

  expect(turn.output?.answer).toBe(42)
  expect(at.provider.requests[0]?.body).toMatchObject({
    text: { format: { type: 'json_schema', name: 'codex_output_schema', strict: true } },
  })
  expect(failed).toMatchObject({ code: 'output_schema', turn: { finalResponse: 'forty-two' } })
})

test('a turn that fails, at whichever point, is counted once and ends once in the thread', async () => {
  await using at = await bench([[says('no JSON'), uses({ input_tokens: 100, output_tokens: 10 })]])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const error = await thread.run('go', { outputSchema: z.object({}) }).catch((caught: unknown) => caught)

  expect(error).toMatchObject({ turn: { usage: { input_tokens: 100 }, threadUsage: { input_tokens: 100 } } })
  expect(thread.usage).toMatchObject({ input_tokens: 100, output_tokens: 10 })
  const records = await at.store.threads.read(thread.id)
  expect(records.flatMap((record) => (record.type === 'turn_ended' ? [record.status] : []))).toEqual([
    'failed',
  ])
})

test('limits end a turn with an error that names them and carries the turn', async () => {
  await using at = await bench(
    [calls('update_plan', { plan: [] }), calls('update_plan', { plan: [] }), says('never asked for')],
    { limits: { stepsMax: 2 } },
  )
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const error = await thread.run('go').catch((caught: unknown) => caught)

  expect(error).toMatchObject({ code: 'turn_limit', limit: 'stepsMax', turn: { steps: 2 } })
  expect(at.provider.requests).toHaveLength(2)
})

test('runStreamed gives the SDK its own events and items, and no others', async () => {
  await using at = await bench([[thinks('Hm.'), calls('list_dir', { dir_path: '.' })], says('done')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const { events } = await thread.runStreamed('go')
  const seen = []
  for await (const event of events) seen.push(event)

  expect(seen.map((event) => event.type)).toEqual([
    'thread.started',
    'turn.started',
    'item.completed',
    'item.started',
    'item.completed',
    'item.completed',
    'turn.completed',
  ])
  expect(seen[4]).toMatchObject({
    item: { type: 'mcp_tool_call', server: 'core-codex', tool: 'list_dir', status: 'completed', error: null },
  })
})
