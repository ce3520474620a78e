/** Each limit of a script, and the word its error is known by. */

import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import {
  ScriptEngine,
  type ScriptErrorKind,
  type ScriptLimits,
  type ScriptTools,
} from '../../src/harness/index.ts'
import { echo, errorOf, returned, runnerOf, sharedEngine, untilAborted } from '../support/script-bench.ts'

const run = runnerOf(sharedEngine())
const MIB = 1024 * 1024

describe('a script that uses too much', () => {
  test.each<[string, Partial<ScriptLimits>, string, ScriptErrorKind]>([
    ['time, in a loop', { wallMs: 100 }, 'for (;;) {}', 'timeout'],
    [
      'time, in a loop that catches',
      { wallMs: 100 },
      'for (;;) { try { for (;;) {} } catch {} finally { continue } }',
      'timeout',
    ],
    [
      'time, in promise jobs',
      { wallMs: 100 },
      'const f = () => Promise.resolve().then(f); await f()',
      'timeout',
    ],
    ['time, waiting for a tool', { wallMs: 100 }, 'await tools.never()', 'timeout'],
    ['time, with a timer', { wallMs: 100 }, 'await new Promise((r) => setTimeout(r, 60000))', 'timeout'],
    ['computing time', { cpuMs: 100 }, 'for (;;) {}', 'cpu'],
    [
      'computing time where the engine asks nothing',
      { cpuMs: 100 },
      'const a = "a".repeat(2e6), b = "a".repeat(1e6) + "b"; for (;;) a.indexOf(b)',
      'cpu',
    ],
    ['instructions', { ticksMax: 100 }, 'for (;;) {}', 'instructions'],
    ['memory, in typed arrays', {}, 'const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1))', 'memory'],
    [
      'memory, in objects',
      {},
      'await 0; const a = []; for (let i = 0; ; i++) a.push({ i, text: "x" + i })',
      'memory',
    ],
    [
      'memory, and catches',
      {},
      'const a = []; for (;;) { try { a.push("x".repeat(1e6) + a.length) } catch {} }',
      'memory',
    ],
    ['stack', {}, 'function f() { return f() + 1 }\nreturn f()', 'stack'],
    ['source', { sourceBytesMax: 10 }, 'return "ééééé"', 'limit-args'],
    ['calls', { callsMax: 3 }, 'for (;;) await tools.echo(1)', 'limit-calls'],
    [
      'calls, and catches',
      { callsMax: 3 },
      'for (;;) { try { await tools.echo(1) } catch {} }',
      'limit-calls',
    ],
    ['argument', { argumentBytesMax: 1000 }, 'await tools.echo("x".repeat(1001))', 'limit-args'],
    ['result of a call', { callResultBytesMax: 1000 }, 'await tools.big()', 'limit-output'],
    ['result', { resultBytesMax: 1000 }, 'return "x".repeat(1001)', 'limit-output'],
    ['result, in a hole', { resultBytesMax: 1000 }, 'const a = []; a[4e9] = 1; return a', 'limit-output'],
    ['text', { resultBytesMax: 1000 }, 'for (;;) text("")', 'limit-output'],
  ])('%s: %o', async (_, limits, source, kind) => {
    const tools = { echo, never: untilAborted, big: async () => 'x'.repeat(2_000) }

    const result = await run(source, tools, { limits: { cpuMs: 60_000, ...limits } })
    const next = await run('return 1 + 1')

    errorOf(result, kind)
    expect(returned(next)).toBe(2)
  })

  test('instructions are counted, not timed: the same script stops at the same place', async () => {
    const source = 'let n = 0; for (;;) { n++; if (n % 1000 === 0) store("n", n) }'
    const count = async () => {
      const stored = new Map<string, unknown>()
      await run(source, {}, { limits: { ticksMax: 50, resultBytesMax: 10 * MIB }, stored })
      return stored.get('n')
    }

    const [first, second] = [await count(), await count()]

    expect(first).toBeTypeOf('number')
    expect(second).toBe(first)
  })

  test('memory of one run may be more than that of its engine, or less', async () => {
    const source = 'return new Uint8Array(30e6).fill(1).length'

    const more = await run(source, {}, { limits: { memoryBytesMax: 128 * MIB } })
    const less = await run(source, {}, { limits: { memoryBytesMax: 8 * MIB } })

    expect(returned(more)).toBe(30e6)
    errorOf(less, 'memory')
  })
})

describe('a limit that is not the end', () => {
  test('calls beyond the concurrent ones wait for their turn', async () => {
    let running = 0
    let most = 0
    const tools = {
      work: async () => {
        most = Math.max(most, ++running)
        await sleep(1)
        running--
      },
    }

    const result = await run('await Promise.all(Array.from({ length: 20 }, () => tools.work()))', tools, {
      limits: { concurrentCallsMax: 3 },
    })

    expect(result).toMatchObject({ ok: true })
    expect(most).toBe(3)
  })

  test('the console drops what is too much, and says how much', async () => {
    const result = await run('for (let i = 0; i < 1000; i++) console.log("line", i); return 1')

    expect(returned(result)).toBe(1)
    expect(result.logs).toHaveLength(201)
    expect(result.logs.at(-1)?.text).toContain('800 lines dropped')
  })

  test.each([
    ['ends', 'for (let i = 0; i < 300; i++) console.log(i)', '100 lines dropped'],
    ['is stopped', 'for (let i = 0; ; i++) console.log(i)', 'further lines dropped'],
  ])(
    'the console of a script that %s has one mark of that, told as an event too',
    async (_, source, mark) => {
      const told: string[] = []
      const result = await run(
        source,
        {},
        {
          limits: { ticksMax: 300 },
          onEvent: (event) =>
            event.type === 'console_written' && told.push(...event.lines.map(({ text }) => text)),
        },
      )

      expect(result.logs).toHaveLength(201)
      expect(result.logs.at(-1)?.text).toContain(mark)
      expect(told).toEqual(result.logs.map(({ text }) => text))
    },
  )

  test('a deep recursion can be caught, and the script goes on', async () => {
    const result = await run(
      'let n = 0; const f = () => f() + 1; for (let i = 0; i < 3; i++) { try { f() } catch { n++ } } return n',
    )

    expect(returned(result)).toBe(3)
  })

  test('the wall clock stands still while a person is asked', async () => {
    const tools: ScriptTools = {
      entries: [{ path: 'ask', description: '' }],
      call: async (_, { pauseClock }) => {
        const resume = pauseClock()
        await sleep(300)
        resume()
        return 'yes'
      },
    }

    const result = await run('return await tools.ask()', {}, { tools, limits: { wallMs: 200 } })

    expect(returned(result)).toBe('yes')
  })
})

describe('limits that cannot be meant', () => {
  test.each([
    [{ wallMs: 0 }, 'limits.wallMs'],
    [{ callsMax: 1.5 }, 'limits.callsMax'],
    [{ memoryBytesMax: 4 * 1024 * MIB }, 'limits.memoryBytesMax'],
    [{ wallTime: 5 } as Partial<ScriptLimits>, 'limits.wallTime'],
  ])('%o is an option error that names it', (limits, option) => {
    expect(() => new ScriptEngine({ limits })).toThrow(
      expect.objectContaining({ code: 'bad_option', option }),
    )
  })

  test('a run with more stack than its engine is refused', async () => {
    await expect(run('return 1', {}, { limits: { stackBytesMax: MIB } })).rejects.toThrow(
      'limits.stackBytesMax',
    )
  })
})
