/** How a script's calls run beside each other, fail, and are stopped. */

import { describe, expect, test } from 'vitest'
import type { ScriptEvent } from '../../src/harness/index.ts'
import {
  echo,
  errorOf,
  gate,
  returned,
  runnerOf,
  sharedEngine,
  untilAborted,
} from '../support/script-bench.ts'

const run = runnerOf(sharedEngine())

describe('calls', () => {
  test('of one Promise.all are under way together', async () => {
    const both = gate()
    let started = 0
    const tools = {
      meet: async (name: string) => {
        if (++started === 2) both.open()
        await both.opened
        return name
      },
    }

    const result = await run('return await Promise.all([tools.meet("a"), tools.meet("b")])', tools)

    expect(returned(result)).toEqual(['a', 'b'])
  })

  test('are announced as they start and end', async () => {
    const events: ScriptEvent[] = []

    await run('await tools.echo(1)', { echo }, { onEvent: (event) => events.push(event) })

    expect(events).toMatchObject([
      { type: 'call_started', path: 'echo' },
      { type: 'call_ended', call: { path: 'echo', state: 'done' } },
    ])
  })

  test('by an alias are calls of the tool itself', async () => {
    const paths: string[] = []
    const result = await run(
      'return [await tools.fc.fetch(1), await tools.fetch_from_fc(2)]',
      {},
      {
        tools: {
          entries: [{ path: 'fc.get', aliases: ['fc.fetch', 'fetch_from_fc'], description: '' }],
          call: async ([argument], { path }) => {
            paths.push(path)
            return argument
          },
        },
      },
    )

    expect(returned(result)).toEqual([1, 2])
    expect(paths).toEqual(['fc.get', 'fc.get'])
  })

  test('pass all their arguments to the host', async () => {
    let seen: readonly unknown[] = []
    await run(
      'await tools.put("key", { a: 1 })',
      {},
      {
        tools: {
          entries: [{ path: 'put', description: '' }],
          call: async (args) => {
            seen = args
          },
        },
      },
    )

    expect(seen).toEqual(['key', { a: 1 }])
  })
})

describe('a failed call', () => {
  const fail = async (message: string) => Promise.reject(new RangeError(message))

  test('throws an Error of the same name and message where it was made', async () => {
    const result = await run(
      'try { await tools.fail("disk full") } catch (e) { return [e instanceof Error, e.name, e.message] }',
      { fail },
    )

    expect(returned(result)).toEqual([true, 'RangeError', 'disk full'])
  })

  test('that nobody catches ends the script, with the ledger of what was done', async () => {
    const result = await run('await tools.echo(1)\nawait tools.fail("disk full")', { echo, fail })

    const error = errorOf(result, 'tool')
    expect(error.message).toBe('tools.fail failed: RangeError: disk full (script.ts:2:17)')
    expect(result.calls).toMatchObject([
      { path: 'echo', state: 'done' },
      { path: 'fail', state: 'failed', message: 'disk full' },
    ])
  })

  test('with its own stack of hostile errors does not reach the host', async () => {
    const result = await run(
      'class E extends Error { get message() { throw 1 } get name() { throw 2 } }\nthrow new E()',
    )

    errorOf(result, 'runtime')
  })
})

describe('an unknown tool', () => {
  const tools = {
    entries: [
      { path: 'exec', description: '', example: "await tools.exec({ command: 'npm test' })" },
      { path: 'web.search', description: '' },
    ],
    call: async () => undefined,
  }

  test('is answered with the nearest names and an example', async () => {
    const error = errorOf(
      await run('return await tools.exce({ command: "ls" })', {}, { tools }),
      'unknown-tool',
    )

    expect(error.message).toContain('tools.exce does not exist')
    expect(error.message).toContain("tools.exec({ command: 'npm test' })")
  })

  test('in a namespace, or in one that is not there, is named with its path', async () => {
    expect(errorOf(await run('await tools.web.serch("a")', {}, { tools }), 'unknown-tool').message).toContain(
      'tools.web.search',
    )
    errorOf(await run('await tools.files.read("a")', {}, { tools }), 'unknown-tool')
  })

  test('is answered with each tool once, never with a tool and its alias', async () => {
    const entries = [
      { path: 'readFile', aliases: ['read_file', 'read_fil'], description: '' },
      { path: 'writeFile', aliases: ['write_file'], description: '' },
    ]
    const settings = { tools: { entries, call: async () => undefined } }
    const error = errorOf(await run('await tools.readFiel("a")', {}, settings), 'unknown-tool')

    expect(error.message).toContain('Nearest: tools.readFile. For example: await tools.readFile(…)')
  })

  test('is found by its last name in a namespace that is not there', async () => {
    const settings = {
      tools: { entries: [{ path: 'readFile', description: '' }], call: async () => undefined },
    }
    const error = errorOf(await run('await tools.files.read("a")', {}, settings), 'unknown-tool')

    expect(error.message).toContain('tools.files.read does not exist. Nearest: tools.readFile')
  })

  test('that is near to none is answered with what there is', async () => {
    const error = errorOf(await run('await tools.quux()', {}, { tools }), 'unknown-tool')

    expect(error.message).toContain('There are tools.exec, tools.web.search.')
  })

  test('can be asked for without harm', async () => {
    const result = await run(
      'return [typeof tools.nope, tools.nope?.(1), "exec" in tools, Object.keys(tools)]',
      {},
      { tools },
    )

    expect(returned(result)).toEqual(['undefined', undefined, true, ['exec', 'web']])
  })

  test('that was only asked for is not blamed for another error', async () => {
    const error = errorOf(
      await run('const has = typeof tools.nope\n\n\n\n\nconst a = {}\na.b()', {}, { tools }),
      'runtime',
    )

    expect(error.line).toBe(7)
  })
})

test.each([
  ['a field of it', 'return tools.list().items.length'],
  ['its items', 'for (const item of tools.list()) text(item)'],
  ['a method of it', 'return tools.list().map((x) => x)'],
])('a result that was not awaited is named when the script wants %s', async (_, source) => {
  const error = errorOf(await run(source, { list: async () => ({ items: [] }) }), 'runtime')

  expect(error.message).toContain('tools.list was called without await')
})

test('a tool may have any name that a key can have', async () => {
  const result = await run("return await tools['a\"b\\\\c'](1)", { 'a"b\\c': echo })

  expect(returned(result)).toBe(1)
})

describe('calls that the script leaves behind', () => {
  test('losers of a race are aborted, waited for, and no warning', async () => {
    let isStopped = false
    const tools = {
      echo,
      never: (argument: unknown, call: { signal: AbortSignal }) =>
        untilAborted(argument, call).finally(() => {
          isStopped = true
        }),
    }

    const result = await run('return await Promise.race([tools.never(), tools.echo("first")])', tools)

    expect(returned(result)).toBe('first')
    expect(isStopped).toBe(true)
    expect(result.calls.map(({ state }) => state)).toEqual(['aborted', 'done'])
    expect(result.warnings).toEqual([])
  })

  test('one that was never awaited is finished within a short grace, and warned of', async () => {
    const result = await run('tools.echo(1)\nreturn "done"', { echo })

    expect(returned(result)).toBe('done')
    expect(result.calls).toMatchObject([{ state: 'done' }])
    expect(result.warnings).toEqual([expect.stringContaining('tools.echo was called without await')])
  })

  test('one that was never awaited and failed is told with its reason', async () => {
    const result = await run('tools.fail()\nreturn "done"', {
      fail: async () => Promise.reject(new Error('lost')),
    })

    expect(returned(result)).toBe('done')
    expect(result.warnings).toEqual([expect.stringContaining('it failed: lost')])
  })

  test('one that waits for its turn when the script ends never starts', async () => {
    const result = await run(
      'tools.never(); tools.never(); return 1',
      { never: untilAborted },
      { limits: { concurrentCallsMax: 1 } },
    )

    expect(result.calls.map(({ state }) => state)).toEqual(['aborted', 'never-started'])
  })

  test('one that ignores the stop is named as one that may still be running', async () => {
    const end = gate()
    const result = await run('tools.deaf(); return 1', { deaf: () => end.opened })
    end.open()

    expect(returned(result)).toBe(1)
    expect(result.warnings).toContainEqual('tools.deaf did not answer the stop and may still be running.')
  })
})

describe('cancelling', () => {
  test.each([
    ['while it waits for a tool', 'notify("up"); await tools.never()'],
    ['while it loops', 'notify("up"); for (;;) {}'],
    ['while it waits for a timer', 'notify("up"); await new Promise((r) => setTimeout(r, 60000))'],
  ])('ends a script %s', async (_, source) => {
    const controller = new AbortController()

    const result = await run(
      source,
      { never: untilAborted },
      {
        signal: controller.signal,
        onEvent: (event) => event.type === 'notified' && controller.abort(),
      },
    )

    errorOf(result, 'aborted')
  })

  test('before the start starts nothing', async () => {
    const result = await run('await tools.echo(1)', { echo }, { signal: AbortSignal.abort() })

    errorOf(result, 'aborted')
    expect(result.calls).toEqual([])
  })

  test('reaches the tools, and waits until they have stopped', async () => {
    const controller = new AbortController()
    const stopped: string[] = []
    const tools = {
      slow: async (name: string, call: { signal: AbortSignal }) => {
        if (name === 'b') queueMicrotask(() => controller.abort())
        await untilAborted(name, call).catch(() => {})
        await new Promise((resolve) => setImmediate(resolve))
        stopped.push(name)
      },
    }

    const result = await run('await Promise.all([tools.slow("a"), tools.slow("b")])', tools, {
      signal: controller.signal,
    })

    errorOf(result, 'aborted')
    expect(stopped).toEqual(['a', 'b'])
  })

  test('leaves no listener on the signal', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }

    await run('return 1', {}, { signal })

    expect(listeners).toBe(0)
  })
})

describe('a deadlock', () => {
  test.each([
    ['a promise that nobody settles', 'const a = 1\nawait new Promise(() => {})', 2],
    ['a thenable that does nothing', 'return { then() {} }', undefined],
    [
      'a cycle of waits',
      'let a; const b = (async () => { await 0; await a })(); a = (async () => { await b })(); await a',
      undefined,
    ],
  ])('%s is named at once', async (_, source, line) => {
    const error = errorOf(await run(source), 'deadlock')

    expect(error.line).toBe(line)
  })
})
