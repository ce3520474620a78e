/** The types of the front door, as a host's compiler sees them. */

import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  type ChatData,
  type ChatResult,
  type Codex,
  defineTool,
  type Run,
  type SdkThreadEvent,
  type StreamedTurn,
  type Thread,
  type ThreadEvent,
  type Tool,
  type Turn,
} from '../../src/index.ts'
import type { StandardSchema } from '../../src/tools/schema.ts'

declare const thread: Thread
declare const codexClass: typeof Codex
declare const codex: Codex

// Never called: the compiler reads the bodies, and nothing has to run for that.
const typed = (_body: () => unknown) => {}

test('a zod schema types the output of a run', () => {
  const outputSchema = z.object({ answer: z.number(), unit: z.string().default('m') })

  typed(async () => {
    const turn = await thread.run('How far?', { outputSchema })

    expectTypeOf(turn.output).toEqualTypeOf<{ answer: number; unit: string } | undefined>()
    expectTypeOf(turn.finalResponse).toBeString()
  })
})

test('a zod schema types the output of Codex.run', () => {
  typed(async () => {
    const turn = await codexClass.run('How far?', { model: 'any', outputSchema: z.array(z.string()) })

    expectTypeOf(turn.output).toEqualTypeOf<string[] | undefined>()
  })
})

test('a plain JSON schema, or none, leaves the output unknown', () => {
  typed(async () => {
    const json = await thread.run('How far?', { outputSchema: { type: 'object' } })
    const none = await thread.run('How far?')

    expectTypeOf(json.output).toEqualTypeOf<unknown>()
    expectTypeOf(none.output).toEqualTypeOf<unknown>()
  })
})

test('pain 15: any Standard Schema types the output, by what it gives', () => {
  typed(async () => {
    const outputSchema: StandardSchema<string, { readonly hour: number }> = z
      .string()
      .transform(() => ({ hour: 1 }))
    const turn = await thread.run('When?', { outputSchema })
    const went = await thread.continue({ outputSchema })
    const answer = await codex.chat({ prompt: 'When?', schema: outputSchema })

    expectTypeOf(turn.output).toEqualTypeOf<{ readonly hour: number } | undefined>()
    expectTypeOf(went.output).toEqualTypeOf<{ readonly hour: number } | undefined>()
    expectTypeOf(answer.output).toEqualTypeOf<{ readonly hour: number }>()
  })
})

test('a call outside any thread is typed by its schema, and without one gives text', () => {
  typed(async () => {
    const data = await codex.chat({ prompt: 'How far?', schema: z.object({ far: z.number().default(1) }) })
    const json = await codex.chat({ prompt: 'How far?', schema: { type: 'object' } })
    const plain = await codex.chat({ messages: [{ role: 'user', content: 'How far?' }] })

    expectTypeOf(data.output).toEqualTypeOf<{ far: number }>()
    expectTypeOf(data).toExtend<ChatData<{ far: number }>>()
    expectTypeOf(json.output).toEqualTypeOf<unknown>()
    expectTypeOf(plain).toEqualTypeOf<ChatResult>()
    expectTypeOf(plain.text).toBeString()
    // @ts-expect-error An assistant says text alone.
    await codex.chat({ messages: [{ role: 'assistant', content: [{ type: 'text', text: 'a' }] }] })
    // @ts-expect-error No such role.
    await codex.chat({ messages: [{ role: 'system', content: 'a' }] })
  })
})

test('a chain of models is a list of slugs', () => {
  typed(() => {
    new codexClass({ models: { main: { model: 'any', fallback: ['other'] } } })
    // @ts-expect-error One slug is no list.
    return new codexClass({ models: { main: { fallback: 'other' } } })
  })
})

test('a run is awaited for its turn and iterated for its events', () => {
  typed(async () => {
    const run = thread.run('go')

    expectTypeOf(run).toExtend<Run>()
    expectTypeOf<Awaited<typeof run>>().toEqualTypeOf<Turn<unknown>>()
    for await (const event of run) expectTypeOf(event).toEqualTypeOf<ThreadEvent>()
  })
})

test("runStreamed gives the SDK's events and no others", () => {
  expectTypeOf<Thread['runStreamed']>().returns.resolves.toEqualTypeOf<StreamedTurn>()
  expectTypeOf<StreamedTurn['events']>().toEqualTypeOf<AsyncGenerator<SdkThreadEvent>>()
  expectTypeOf<SdkThreadEvent>().toExtend<ThreadEvent>()
  expectTypeOf<Extract<SdkThreadEvent, { type: 'item.delta' }>>().toBeNever()
})

test("a tool's input is what its schema gives, defaults filled in", () => {
  const tool = defineTool({
    name: 'page_of',
    description: 'A page.',
    input: z.object({ path: z.string(), from: z.number().default(1), mark: z.string().optional() }),
    run(input, { signal, workspace }) {
      expectTypeOf(input).toEqualTypeOf<{ path: string; from: number; mark?: string | undefined }>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      expectTypeOf(workspace.root).toBeString()
      return input.path
    },
  })

  expectTypeOf(tool).toExtend<Tool<{ path: string; from: number; mark?: string | undefined }, unknown>>()
})

test("a tool's result is checked against its output schema, before defaults are filled in", () => {
  const output = z.object({ text: z.string(), next: z.number().nullable().default(null) })
  const base = { name: 'page_of', description: 'A page.', input: z.object({}), output } as const

  defineTool({ ...base, run: () => ({ text: 'all', next: 2 }) })
  defineTool({ ...base, run: async () => ({ text: 'all' }) })
  typed(() => {
    // @ts-expect-error The text is missing.
    defineTool({ ...base, run: () => ({ next: 2 }) })
    // @ts-expect-error The text is no number.
    defineTool({ ...base, run: async () => ({ text: 1 }) })
  })
})

test('options that are not there, or not of their type, are seen by the compiler', () => {
  typed(() => {
    // @ts-expect-error No such mode.
    new codexClass().startThread({ sandboxMode: 'none' })
    // @ts-expect-error No such option.
    new codexClass({ modell: 'any' })
    // @ts-expect-error A signal is no boolean.
    return thread.run('go', { signal: true })
  })
})

test('what is switched by a condition may be undefined', () => {
  const maybe = <T>(value: T): T | undefined => value

  typed(() => {
    const codex = new codexClass({ model: maybe('any'), baseUrl: maybe('http://127.0.0.1/v1') })
    const opened = codex.startThread({ workingDirectory: maybe('.'), sandboxMode: maybe('read-only') })
    return opened.run('go', { signal: maybe(AbortSignal.abort()), outputSchema: maybe(z.string()) })
  })
})
