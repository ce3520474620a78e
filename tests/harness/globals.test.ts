/** What a script finds around it. */

import { describe, expect, test } from 'vitest'
import type { ScriptEvent } from '../../src/harness/index.ts'
import { echo, errorOf, returned, runnerOf, sharedEngine } from '../support/script-bench.ts'

const run = runnerOf(sharedEngine())

describe('a script finds', () => {
  test('its context, which it cannot change', async () => {
    const result = await run(
      'try { context.env.A = 2 } catch {}\nreturn context',
      {},
      { context: { cwd: '/', env: { A: '1' } } },
    )

    expect(returned(result)).toEqual({ cwd: '/', env: { A: '1' } })
  })

  test('its tools, which it cannot change', async () => {
    const result = await run(
      'const tries = [() => { tools.echo = 1 }, () => { tools.a.b = 1 }, () => { delete tools.echo }, () => { tools.echo.call = 1 }]; return tries.map((t) => { try { t(); return "changed" } catch (e) { return e.name } })',
      { echo, a: { b: echo } },
    )

    expect(returned(result)).toEqual(['TypeError', 'TypeError', 'TypeError', 'TypeError'])
  })

  test('all tools by name and description', async () => {
    const result = await run(
      'return ALL_TOOLS',
      {},
      {
        tools: {
          entries: [{ path: 'web.search', description: 'Finds pages.' }],
          call: async () => undefined,
        },
      },
    )

    expect(returned(result)).toEqual([{ name: 'web.search', description: 'Finds pages.' }])
  })

  test('nothing else of ours, and no shared memory', async () => {
    const result = await run('return Object.keys(globalThis).sort()')

    expect(returned(result)).toEqual([
      'ALL_TOOLS',
      'clearInterval',
      'clearTimeout',
      'console',
      'context',
      'exit',
      'image',
      'load',
      'notify',
      'queueMicrotask',
      'setInterval',
      'setTimeout',
      'store',
      'text',
      'tools',
      'yield_control',
    ])
    expect(returned(await run('return [typeof SharedArrayBuffer, typeof process, typeof require]'))).toEqual([
      'undefined',
      'undefined',
      'undefined',
    ])
  })
})

describe('output', () => {
  test('is kept in order and told as it comes', async () => {
    const events: ScriptEvent[] = []
    const result = await run(
      'text("a"); text(undefined); text({ b: 1 }); image("data:image/png;base64,AA"); image({ image_url: "data:x", detail: "low" }); image({ type: "image", data: "BB", mimeType: "image/gif" }, "auto")',
      {},
      { onEvent: (event) => events.push(event) },
    )

    expect(result.output).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'undefined' },
      { type: 'text', text: '{"b":1}' },
      { type: 'image', imageUrl: 'data:image/png;base64,AA', detail: 'high' },
      { type: 'image', imageUrl: 'data:x', detail: 'low' },
      { type: 'image', imageUrl: 'data:image/gif;base64,BB', detail: 'auto' },
    ])
    expect(events.map(({ type }) => type)).toEqual(Array.from({ length: 6 }, () => 'output_added'))
  })

  test('takes no picture from the network', async () => {
    expect(errorOf(await run('image("https://example.com/a.png")'), 'runtime').message).toContain('data: URL')
  })

  test('survives the failure that comes after it', async () => {
    const result = await run('text("half"); throw new Error("then this")')

    expect(result.output).toEqual([{ type: 'text', text: 'half' }])
  })
})

test('console lines are kept, shown as data, and told in few events', async () => {
  const events: ScriptEvent[] = []
  const result = await run(
    'console.log("n:", 1, { a: [1, "x"] }, new Map([["k", null]])); console.error(new TypeError("bad")); console.log(tools.echo(1))',
    { echo },
    { onEvent: (event) => events.push(event) },
  )

  expect(result.logs).toEqual([
    { level: 'log', text: 'n: 1 { a: [1, "x"] } Map { "k" => null }' },
    { level: 'error', text: 'TypeError: bad' },
    { level: 'log', text: '[Promise: await it to see its value]' },
  ])
  const told = events.flatMap((event) => (event.type === 'console_written' ? event.lines : []))
  expect(told).toEqual(result.logs)
})

test('console lines run no code of the script', async () => {
  const result = await run(
    'let ran = 0; console.log({ get a() { ran++ }, toString() { ran++ } }, new Proxy({}, { get() { ran++ } })); return ran',
  )

  expect(returned(result)).toBe(0)
})

describe('the store', () => {
  test('gives a later script what an earlier one put there', async () => {
    const stored = new Map<string, unknown>()

    await run('store("seen", new Set([1n])); store("gone", 1); store("gone", 2)', {}, { stored })
    const result = await run('return [load("seen").has(1n), load("gone"), load("never")]', {}, { stored })

    expect(stored.get('seen')).toEqual(new Set([1n]))
    expect(returned(result)).toEqual([true, 2, undefined])
  })

  test('keeps what a failing script put there, and gives copies', async () => {
    const stored = new Map<string, unknown>()

    await run(
      'const a = [1]; store("a", a); a.push(2); if (load("a").length === 1) store("copied", true); for (;;) {}',
      {},
      { stored, limits: { ticksMax: 50 } },
    )

    expect([...stored]).toEqual([
      ['a', [1]],
      ['copied', true],
    ])
  })

  test('refuses what is no data', async () => {
    expect(errorOf(await run('store("f", () => 1)'), 'serialization').message).toContain('store("f")')
  })
})

describe('timers', () => {
  test('run in the order they are due, with promise jobs in between', async () => {
    const result = await run(
      'const seen = []; setTimeout(() => seen.push("b"), 20); setTimeout((x) => { seen.push(x); Promise.resolve().then(() => seen.push("job")) }, 0, "a"); setTimeout(() => seen.push("a2"), 0); const off = setTimeout(() => seen.push("never"), 5); clearTimeout(off); await new Promise((r) => setTimeout(r, 30)); return seen',
    )

    expect(returned(result)).toEqual(['a', 'job', 'a2', 'b'])
  })

  test('do not hold a script that has ended', async () => {
    expect(returned(await run('setTimeout(() => {}, 60000); return 1'))).toBe(1)
  })

  test('that throw fail the script', async () => {
    const result = await run('setTimeout(() => { throw new Error("late") }, 1)\nawait new Promise(() => {})')

    expect(errorOf(result, 'runtime')).toMatchObject({ line: 1, message: expect.stringContaining('late') })
  })
})

test('exit ends a script well, whatever is around it', async () => {
  const result = await run(
    'text("before"); try { for (const a of [1]) await (async () => exit())() } catch { text("caught") } finally { text("finally") } text("after")',
  )

  expect(result).toMatchObject({ ok: true, value: undefined, output: [{ type: 'text', text: 'before' }] })
})
