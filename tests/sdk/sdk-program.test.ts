/** A program written for `@openai/codex-sdk` runs on us with its import line changed. */

import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import type { SdkThreadEvent, SdkThreadItem, Usage } from '../../src/index.ts'
import type { ProviderRequest } from '../../src/testing/index.ts'
import { codexBinary, codexHome } from '../support/codex-binary.ts'
import { type Played, playSdkProgram, type RunReport, STEP_USAGE } from '../support/sdk-program.ts'
import { repositoryRoot } from '../support/source-graph.ts'

const ourDoor = pathToFileURL(path.join(repositoryRoot, 'src/index.ts')).href

let ours: Played
beforeAll(async () => {
  ours = await playSdkProgram(ourDoor)
}, 60_000)

const times = (usage: Usage, count: number): Usage => ({
  input_tokens: usage.input_tokens * count,
  cached_input_tokens: usage.cached_input_tokens * count,
  cache_write_input_tokens: usage.cache_write_input_tokens * count,
  output_tokens: usage.output_tokens * count,
  reasoning_output_tokens: usage.reasoning_output_tokens * count,
})

describe('the program, on us', () => {
  test('gets the items, the answer and the usage of a run', () => {
    const { first } = ours.report.runs

    expect(first).toEqual({
      items: [
        { id: 'item_0', type: 'reasoning', text: 'Looking around.' },
        { id: 'item_1', type: 'agent_message', text: 'I will greet.' },
        {
          id: 'item_2',
          type: 'command_execution',
          command: expect.stringContaining('echo hello'),
          aggregated_output: 'hello\n',
          exit_code: 0,
          status: 'completed',
        },
        {
          id: 'item_3',
          type: 'file_change',
          changes: [{ path: path.join('<folder>', 'work', 'notes.md'), kind: 'add' }],
          status: 'completed',
        },
        { id: 'item_4', type: 'agent_message', text: 'Greeted.' },
      ],
      finalResponse: 'Greeted.',
      usage: times(STEP_USAGE, 3),
    })
  })

  test('sees a command fail, and goes on with the same thread', () => {
    const { second } = ours.report.runs

    expect(second.items[0]).toMatchObject({ exit_code: 3, status: 'failed', aggregated_output: 'no\n' })
    expect(second.finalResponse).toBe('It failed.')
    expect(ours.requests[3]?.texts('user')).toContain('Greet')
  })

  test('streams the events of a plan and of two commands at once', () => {
    const { events, failure } = ours.report.streams.plan

    expect(failure).toBeNull()
    expect(events.map(eventName)).toEqual([
      'thread.started',
      'turn.started',
      'item.started todo_list',
      'item.started command_execution',
      'item.started command_execution',
      'item.completed command_execution',
      'item.completed command_execution',
      'item.updated todo_list',
      'item.completed agent_message',
      'item.completed todo_list',
      'turn.completed',
    ])
    expect(ours.report.isSameThread).toBe(true)
  })

  test('asks for JSON of a plain JSON schema', () => {
    const format = { type: 'json_schema', strict: true, schema: { required: ['count'] } }

    expect(ours.requests[9]?.body).toMatchObject({ text: { format } })
    expect(ours.report.runs.typed.finalResponse).toBe('{"count":2}')
  })

  test('shows the model an image, with the texts around it joined', () => {
    const content = contentOfLast(ours)

    expect(content.map(({ type }) => type)).toEqual(['input_text', 'input_image', 'input_text', 'input_text'])
    expect(content.at(-1)).toMatchObject({ text: 'What is this?\n\nSay it in a word.' })
  })

  test('resumes its thread by id with a second Codex', () => {
    expect(ours.report.hasSameIdWhenResumed).toBe(true)
    expect(ours.report.runs.again.finalResponse).toBe('I do.')
    expect(ours.requests[11]?.texts('user')).toContain('Greet')
  })

  test('stops a run by its signal: the rejection is an AbortError, and the thread goes on', () => {
    const { stopped } = ours.report.streams

    expect(stopped.failure).toMatchObject({ isError: true, name: 'AbortError' })
    expect(ours.report.failures.gone).toMatchObject({ isError: true, name: 'AbortError' })
    expect(ours.requests[13]?.outputOf('exec_command')).toBe('aborted')
    expect(ours.report.runs.afterwards.finalResponse).toBe('Going on.')
  })

  test('hears of a refusal as the last events, and as a rejection', () => {
    const { refused } = ours.report.streams

    expect(refused.events.slice(-2).map(eventName)).toEqual(['error', 'turn.failed'])
    expect(refused.failure).toMatchObject({ isError: true })
    expect(ours.report.failures.rejected).toMatchObject({ message: expect.stringContaining('bad thing') })
  })
})

const binary = codexBinary()

describe.skipIf(binary === null)('the same program on the real SDK (CODEX_BIN, CODEX_SDK)', () => {
  let theirs: Played
  beforeAll(async () => {
    if (binary === null) return
    await using home = await codexHome(binary)
    const entry = pathToFileURL(path.join(binary.sdk, 'dist', 'index.js')).href
    theirs = await playSdkProgram(entry, home.environment)
  }, 120_000)

  test.each(['first', 'second', 'typed', 'seen', 'again', 'afterwards'] as const)(
    'run %s: the same items, ids and answer',
    (name) => {
      expect(withoutUsage(ours.report.runs[name])).toEqual(withoutUsage(theirs.report.runs[name]))
    },
  )

  test('their usage is the sum of ours: theirs counts the thread, ours the turn', () => {
    const usages = ({ report: { runs, streams } }: Played) => [
      runs.first.usage,
      runs.second.usage,
      streams.plan.events.flatMap((event) => (event.type === 'turn.completed' ? event.usage : []))[0],
      runs.typed.usage,
      runs.seen.usage,
      runs.again.usage,
    ]

    const stepsSoFar = [3, 5, 9, 10, 11, 12]

    expect(usages(theirs)).toEqual(stepsSoFar.map((count) => times(STEP_USAGE, count)))
    expect(usages(ours)).toEqual([3, 2, 4, 1, 1, 1].map((count) => times(STEP_USAGE, count)))
  })

  test('a streamed run: the same events, but for the order of what runs at once', () => {
    expect(comparable(ours.report.streams.plan.events)).toEqual(comparable(theirs.report.streams.plan.events))
  })

  test('a stopped run: the same events up to the stop, and the same kind of rejection', () => {
    const [mine, other] = [ours.report.streams.stopped, theirs.report.streams.stopped]

    // Their process is gone at once; ours tells how the command ended.
    expect(comparable(mine.events.slice(0, other.events.length))).toEqual(comparable(other.events))
    expect(mine.events.slice(other.events.length).map(eventName)).toEqual([
      'item.completed command_execution',
    ])
    expect(mine.failure?.name).toBe(other.failure?.name)
    expect(ours.report.failures.gone?.name).toBe(theirs.report.failures.gone?.name)
  })

  test('a refused run: the same events, and a rejection that says the same', () => {
    const [mine, other] = [ours.report.streams.refused, theirs.report.streams.refused]

    expect(comparable(mine.events)).toEqual(comparable(other.events))
    expect([mine.failure?.isError, other.failure?.isError]).toEqual([true, true])
    expect(ours.report.failures.rejected?.message).toBe(theirs.report.failures.rejected?.message)
  })

  test('the model is asked as often, and for the same things', () => {
    expect(ours.requests.map(newestPrompt)).toEqual(theirs.requests.map(newestPrompt))
  })
})

/** What the user asked last; our repetition of it behind the calls is none of theirs. */
function newestPrompt(request: ProviderRequest): string | undefined {
  return request
    .texts('user')
    .findLast((text) => !text.startsWith('<original-user-prompt>'))
    ?.replace(/ path="[^"]*"/, '')
}

function eventName(event: SdkThreadEvent): string {
  return 'item' in event ? `${event.type} ${event.item.type}` : event.type
}

function contentOfLast({ requests }: Played): { type: string; text?: string }[] {
  const input = requests[10]?.body.input
  const last: unknown = Array.isArray(input) ? input.at(-1) : undefined
  return typeof last === 'object' && last !== null && 'content' in last && Array.isArray(last.content)
    ? last.content
    : []
}

const withoutUsage = ({ items, finalResponse }: RunReport) => ({ items, finalResponse })

/** Events without ids and usage; of commands that run at once, each command's together. */
function comparable(events: readonly SdkThreadEvent[]): unknown[] {
  const first = events.findIndex((event) => commandOf(event) !== '')
  const last = events.findLastIndex((event) => commandOf(event) !== '')
  const atOnce = events.slice(first, last + 1).toSorted((a, b) => commandOf(a).localeCompare(commandOf(b)))
  const sorted = first === -1 ? events : [...events.slice(0, first), ...atOnce, ...events.slice(last + 1)]
  return sorted.map(bare)
}

function commandOf(event: SdkThreadEvent): string {
  return 'item' in event && event.item.type === 'command_execution' ? event.item.command : ''
}

function bare(event: SdkThreadEvent): unknown {
  if (event.type === 'thread.started') return { type: event.type }
  if (event.type === 'turn.completed') return { type: event.type }
  return 'item' in event ? { type: event.type, item: bareItem(event.item) } : event
}

function bareItem({ id: _, ...item }: SdkThreadItem): unknown {
  return item
}
