/** How the threads behind an engine live, die and wait. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ScriptEngine, toolsFromTree } from '../../src/harness/index.ts'
import { echo, errorOf, gate, returned, runnerOf, untilAborted } from '../support/script-bench.ts'

const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length

describe('an engine', () => {
  test('starts nothing before it is used', async () => {
    const before = threads()
    await using engine = new ScriptEngine({ poolSize: 4 })

    expect(engine).toBeInstanceOf(ScriptEngine)
    expect(threads()).toBe(before)
  })

  test('does not keep a process alive that has nothing else to do', async () => {
    const program = fileURLToPath(new URL('../fixtures/harness/run-one-script.ts', import.meta.url))

    const { stdout } = await promisify(execFile)(process.execPath, [program])

    expect(stdout.trim()).toBe('42')
  })

  test('runs no script once it is closed, and gives up those that run', async () => {
    const engine = new ScriptEngine({ poolSize: 1 })
    const run = runnerOf(engine)
    const started = gate()
    const running = run('await tools.never()', {
      never: (argument: unknown, call: { signal: AbortSignal }) => {
        started.open()
        return untilAborted(argument, call)
      },
    })
    await started.opened

    await engine[Symbol.asyncDispose]()

    errorOf(await running, 'killed')
    await expect(run('return 1')).rejects.toThrow('is closed')
  })

  test('can be closed unused, and twice', async () => {
    const engine = new ScriptEngine()

    await engine[Symbol.asyncDispose]()
    await engine[Symbol.asyncDispose]()
  })
})

describe('a script', () => {
  test('finds nothing of the one before it, on one and the same thread', async () => {
    await using engine = new ScriptEngine({ poolSize: 1, poolSizeMax: 1 })
    const run = runnerOf(engine)

    await run(
      'Array.prototype.map = null; Object.prototype.leak = 1; globalThis.leak2 = 2; JSON.parse = null; return 1',
    )
    const next = await run(
      'return [typeof [].map, typeof ({}).leak, typeof globalThis.leak2, typeof JSON.parse]',
    )

    expect(returned(next)).toEqual(['function', 'undefined', 'undefined', 'function'])
  })

  test('that breaks its thread leaves the next one whole', async () => {
    await using engine = new ScriptEngine({ poolSize: 1, poolSizeMax: 1, limits: { wallMs: 200 } })
    const run = runnerOf(engine)

    const stuck = await run('const a = "a".repeat(2e6), b = "a".repeat(1e6) + "b"; for (;;) a.indexOf(b)')
    const full = await run('const a = []; for (;;) a.push(new Uint8Array(1e6))')
    const next = await run('return await tools.echo(1)', { echo })

    expect([stuck.ok, full.ok]).toEqual([false, false])
    expect(returned(next)).toBe(1)
  })

  test('waits for a thread, first come, first served', async () => {
    await using engine = new ScriptEngine({ poolSize: 1, poolSizeMax: 1 })
    const run = runnerOf(engine)
    const first = gate()
    const order: string[] = []
    const tools = {
      hold: () => first.opened,
      note: async (name: string) => void order.push(name),
    }

    const all = [
      run('await tools.hold()', tools),
      ...['a', 'b', 'c'].map((name) => run(`await tools.note("${name}")`, tools)),
    ]
    first.open()
    await Promise.all(all)

    expect(order).toEqual(['a', 'b', 'c'])
  })

  test('that would make too many wait is told so at once', async () => {
    await using engine = new ScriptEngine({ poolSize: 1, poolSizeMax: 1, waitingMax: 1 })
    const run = runnerOf(engine)
    const end = gate()
    const tools = { hold: () => end.opened }
    await engine.warm()

    const running = run('await tools.hold()', tools)
    const waiting = run('return 1')
    const refused = await run('return 2')
    end.open()

    errorOf(refused, 'busy')
    expect((await running).ok).toBe(true)
    expect(returned(await waiting)).toBe(1)
  })

  test('can be cancelled while it waits for a thread', async () => {
    await using engine = new ScriptEngine({ poolSize: 1, poolSizeMax: 1 })
    const run = runnerOf(engine)
    const started = gate()
    const end = gate()
    const controller = new AbortController()
    const tools = {
      hold: () => {
        started.open()
        return end.opened
      },
    }
    const running = run('await tools.hold()', tools)
    await started.opened

    const waiting = run('await tools.echo(1)', { echo }, { signal: controller.signal })
    setImmediate(() => controller.abort())
    const cancelled = await waiting
    end.open()

    errorOf(cancelled, 'aborted')
    expect((await running).ok).toBe(true)
  })

  test('started by the tool of another finds a thread, however many are nested', async () => {
    await using engine = new ScriptEngine({ poolSize: 1 })
    const nested = (depth: number): Promise<unknown> =>
      engine
        .run(depth === 0 ? 'return "bottom"' : 'return await tools.deeper()', {
          tools: toolsFromTree({ deeper: () => nested(depth - 1) }),
        })
        .then(returned)

    expect(await nested(4)).toBe('bottom')
  })
})

test('tools may change from run to run on one thread', async () => {
  await using engine = new ScriptEngine({ poolSize: 1, poolSizeMax: 1 })
  const run = runnerOf(engine)

  const names = []
  for (const name of ['a', 'b', 'c', 'a'])
    names.push(returned(await run('return Object.keys(tools)', { [name]: echo })))

  expect(names).toEqual([['a'], ['b'], ['c'], ['a']])
})
