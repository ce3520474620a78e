/** What crosses between a script and its tools, and what does not. */

import { describe, expect, test } from 'vitest'
import { echo, errorOf, returned, runnerOf, sharedEngine } from '../support/script-bench.ts'

const run = runnerOf(sharedEngine())

describe('data', () => {
  test.each([
    ['undefined', undefined],
    ['null', null],
    ['NaN', Number.NaN],
    ['minus zero', -0],
    ['infinities', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['a BigInt', 12345678901234567890n],
    ['a date', new Date(1_700_000_000_000)],
    [
      'a map',
      new Map<unknown, unknown>([
        ['a', 1],
        [{ b: 2 }, new Set([1n])],
      ]),
    ],
    ['a set', new Set(['a', undefined])],
    ['bytes', new Uint8Array([0, 127, 128, 255])],
    ['an object that looks like a tag', { $: 'bigint', v: '1' }],
    // biome-ignore lint/suspicious/noThenProperty: that is what is tested.
    ['an own then that is no function', { then: 5 }],
    ['strings that are hard to carry', ['a\0b', 'a\ud800b', '\ufeffbom', '\u2028', '💚']],
    ['nesting', { a: [{ b: [[]] }], c: {} }],
  ])('%s comes through a tool and back as it was', async (_, value) => {
    const seen: unknown[] = []
    const tools = {
      give: async () => value,
      take: async (taken: unknown) => {
        seen.push(taken)
        return taken
      },
    }

    const result = await run('return await tools.take(await tools.give())', tools)

    expect(seen).toEqual([value])
    expect(returned(result)).toEqual(value)
  })

  test('a script sees real dates, maps and BigInts', async () => {
    const tools = { give: async () => ({ at: new Date(5), by: new Map([['a', 1n]]) }) }

    const result = await run(
      'const r = await tools.give(); return [r.at.getTime(), r.by.get("a") + 1n]',
      tools,
    )

    expect(returned(result)).toEqual([5, 2n])
  })

  test('an Error in data is its name and message', async () => {
    const result = await run('return await Promise.allSettled([tools.fail()])', {
      fail: async () => Promise.reject(new TypeError('no')),
    })

    expect(returned(result)).toEqual([{ status: 'rejected', reason: { name: 'TypeError', message: 'no' } }])
  })

  test('what a tool gave is frozen through and through', async () => {
    const result = await run(
      'const r = await tools.echo({ a: { b: [1] } }); const tries = [() => { r.x = 1 }, () => { r.a.b.push(2) }]; return tries.map((t) => { try { t(); return "changed" } catch (e) { return e.name } })',
      { echo },
    )

    expect(returned(result)).toEqual(['TypeError', 'TypeError'])
  })

  test('a getter is read once, so what the tool got is what was looked at', async () => {
    const seen: unknown[] = []
    const result = await run('let n = 0; await tools.take({ get a() { return ++n } }); return n', {
      take: async (value: unknown) => void seen.push(value),
    })

    expect(returned(result)).toBe(1)
    expect(seen).toEqual([{ a: 1 }])
  })

  test('__proto__ as a name pollutes neither side', async () => {
    let seen: unknown
    const result = await run(
      'const r = await tools.take(JSON.parse(\'{"__proto__":{"polluted":1},"d":null}\')); return [({}).polluted === undefined, Object.hasOwn(r, "__proto__")]',
      {
        take: async (value: unknown) => {
          seen = value
          return { ...JSON.parse('{"__proto__":{"polluted":2}}'), date: new Date(0), own: value }.own
        },
      },
    )

    expect(returned(result)).toEqual([true, true])
    expect(Object.hasOwn(seen as object, '__proto__')).toBe(true)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('what is no data', () => {
  test.each([
    ['a function', '{ a: [1, () => 1] }', 'result.a[1] is a function'],
    ['a symbol', '[Symbol("a")]', 'result[0] is a symbol'],
    ['a cycle', '(() => { const a = { b: {} }; a.b.c = a; return a })()', 'result.b.c is a cycle'],
    ['a regular expression', '{ a: /x/ }', 'result.a is a RegExp'],
    ['other typed arrays', 'new Float64Array(1)', 'Float64Array'],
  ])('%s is refused with its path', async (_, expression, message) => {
    const error = errorOf(await run(`return ${expression}`), 'serialization')

    expect(error.message).toContain(message)
  })

  test('a promise in data says that an await is missing', async () => {
    const error = errorOf(await run('return { all: [tools.echo(1)] }', { echo }), 'serialization')

    expect(error.message).toContain('result.all[0] is a Promise')
    expect(error.message).toContain('await Promise.all')
  })

  test('in an argument it can be caught, and no call was made', async () => {
    const result = await run('try { await tools.echo({ f() {} }) } catch (e) { return e.message }', { echo })

    expect(returned(result)).toContain('tools.echo argument[0].f is a function')
    expect(result.calls).toEqual([])
  })

  test('what a tool gives that is no data fails the call', async () => {
    const result = await run('await tools.give()', { give: async () => ({ a: () => 1 }) })

    expect(errorOf(result, 'serialization').message).toContain('tools.give result.a is a function')
  })

  test('the use of a result that was not awaited is explained', async () => {
    const error = errorOf(await run('const r = tools.echo("a b"); return r.split(" ")', { echo }), 'runtime')

    expect(error.message).toContain('without await')
  })
})
