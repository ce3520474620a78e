/** Scripts that mean harm: each ends in the way it has to, the host is unharmed, and the next script is fine. */

import { describe, expect, test } from 'vitest'
import { echo, returned, runnerOf, sharedEngine, untilAborted } from '../support/script-bench.ts'

const run = runnerOf(sharedEngine({ poolSize: 1, poolSizeMax: 1, limits: { wallMs: 1_500 } }))
const tools = {
  echo,
  never: untilAborted,
  fail: async (message: string) => Promise.reject(new Error(message)),
  hostile: async () =>
    JSON.parse('{"then":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
}

/** `expected`: the value the script has to give, or any of the kinds of error it may end with. */
async function check(
  source: string,
  expected: { value: unknown } | { kinds: readonly string[] },
): Promise<void> {
  const strays: unknown[] = []
  const onStray = (error: unknown) => strays.push(error)
  process.on('unhandledRejection', onStray)

  const result = await run(source, tools)
  const next = await run('return (await tools.echo(21)) * 2', tools, { limits: { wallMs: 20_000 } })

  if ('value' in expected) expect(returned(result)).toEqual(expected.value)
  else expect(result.ok ? `ok: ${String(result.value)}` : result.error.kind).toBeOneOf([...expected.kinds])
  expect(returned(next)).toBe(42)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  process.off('unhandledRejection', onStray)
  expect(strays).toEqual([])
}

describe('a way out is not found', () => {
  test.each([
    ['by the constructor of a tool', 'return tools.echo.constructor("return typeof process")()', 'undefined'],
    [
      'by the constructor of a result',
      'return (await tools.echo({})).constructor.constructor("return typeof process")()',
      'undefined',
    ],
    [
      'by the error of a tool',
      'try { await tools.fail("x") } catch (e) { return e.constructor.constructor("return typeof process")() }',
      'undefined',
    ],
    [
      'by the promise of a tool',
      'return tools.echo(1).constructor.constructor("return typeof process")()',
      'undefined',
    ],
    [
      'by a stack trace that is made to order',
      'Error.prepareStackTrace = (e, s) => s; const s = new Error().stack; return typeof s',
      'string',
    ],
    [
      'by the caller of a function',
      'function f() { try { return f.caller } catch { return "hidden" } }\nreturn f() ?? "hidden"',
      'hidden',
    ],
    ['by eval', 'return [typeof eval("typeof process"), eval("typeof process")]', ['string', 'undefined']],
    [
      'by a tool that is named like a part of every object',
      'return [typeof tools.constructor, typeof tools.__proto__, typeof tools.hasOwnProperty]',
      ['undefined', 'undefined', 'undefined'],
    ],
  ])('%s', async (_, source, value) => check(source, { value }))
})

describe('changed built-ins do not change the border', () => {
  test.each([
    [
      'JSON',
      'JSON.stringify = () => "{}"; JSON.parse = () => ({ evil: 1 }); return (await tools.echo({ a: 1 })).a',
      1,
    ],
    [
      'toJSON on every object',
      'Object.prototype.toJSON = () => "evil"; String.prototype.toJSON = () => "evil"; return await tools.echo({ a: "b" })',
      { a: 'b' },
    ],
    [
      'setters on every index',
      'Object.defineProperty(Object.prototype, "0", { set() { throw new Error("caught you") } }); Object.defineProperty(Array.prototype, "1", { set() { throw 1 } }); return await tools.echo([1, [2, 3]])',
      [1, [2, 3]],
    ],
    [
      'a descriptor field on every object',
      'Object.prototype.get = () => "evil"; Object.prototype.value = "evil"; return await tools.echo({ a: new Map([[1, 2]]) })',
      { a: new Map([[1, 2]]) },
    ],
    [
      'iteration',
      'Array.prototype[Symbol.iterator] = function* () { yield "evil" }; return await tools.echo([1, 2])',
      [1, 2],
    ],
    [
      'Promise',
      'Promise.prototype.then = () => { throw new Error("evil") }; Promise.resolve = null; return await tools.echo(1)',
      1,
    ],
    [
      'Reflect and Object',
      'for (const k of Object.getOwnPropertyNames(Reflect)) Reflect[k] = null; Object.keys = Object.freeze = () => { throw 1 }; return await tools.echo({ a: [1] })',
      { a: [1] },
    ],
    [
      'Function.prototype',
      'Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => "evil"; return await tools.echo({ d: new Date(7) })',
      { d: new Date(7) },
    ],
  ])('%s', async (_, source, value) => check(source, { value }))

  test('a thenable on every object harms only the script itself', async () => {
    await check('Object.prototype.then = function (r) { r("evil") }; return await tools.echo({ a: 1 })', {
      kinds: ['ok: evil', 'deadlock', 'runtime'],
    })
  })
})

describe('odd values stay values', () => {
  test.each([
    ['a then that is data', 'return { then: 5, a: 1 }', { kinds: ['ok: [object Object]'] }],
    [
      'a result made to pollute',
      'const r = await tools.hostile(); return [r.then, ({}).polluted === undefined]',
      { value: ['x', true] },
    ],
    ['a thrown undefined', 'throw undefined', { kinds: ['runtime'] }],
    [
      'a thrown proxy',
      'throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })',
      { kinds: ['runtime'] },
    ],
    [
      'a proxy that lies',
      'return new Proxy({ a: 1 }, { ownKeys: () => ["a", "b"], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) })',
      { kinds: ['ok: [object Object]', 'runtime', 'serialization'] },
    ],
    [
      'a proxy without end',
      'return new Proxy({}, { ownKeys: () => ["a"], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }), get: (t, k, r) => new Proxy({}, r) })',
      { kinds: ['serialization', 'runtime', 'ok: [object Object]'] },
    ],
    [
      'data nested without end',
      'let a = {}; for (let i = 0; i < 1e5; i++) a = { a }; return a',
      { kinds: ['serialization'] },
    ],
    ['a getter that throws', 'return { get a() { throw new Error("no") } }', { kinds: ['runtime'] }],
    [
      'a getter that never ends',
      'return { get a() { for (;;) {} } }',
      { kinds: ['timeout', 'cpu', 'instructions'] },
    ],
    [
      'a getter that calls tools',
      'return { get a() { tools.echo(1); return 1 } }',
      { kinds: ['ok: [object Object]', 'runtime'] },
    ],
  ])('%s', async (_, source, expected) => check(source, expected))
})

// Which limit ends a script first depends on the machine; that one does, and that the next script is well, does not.
describe('the machine is not used up', () => {
  test.each([
    ['by a loop that catches', 'for (;;) { try { for (;;) {} } catch {} }', ['timeout']],
    ['by a regular expression', '/^(a+)+$/.test("a".repeat(40) + "b")', ['timeout', 'cpu', 'instructions']],
    [
      'by a search that never asks',
      'const a = "a".repeat(2e6), b = "a".repeat(1e6) + "b"; for (;;) a.indexOf(b)',
      ['timeout'],
    ],
    [
      'by a sort without end',
      'for (;;) Array.from({ length: 1e5 }, (_, i) => -i).sort()',
      ['timeout', 'memory'],
    ],
    [
      'by one great allocation',
      'return new Uint8Array(2 ** 31 - 1).length',
      ['memory', 'runtime', 'timeout', 'cpu'],
    ],
    ['by a doubling string', 'let a = "x"; for (;;) a += a', ['memory', 'runtime', 'timeout', 'cpu']],
    ['by an array without end', 'const a = []; for (;;) a.push([])', ['memory', 'timeout', 'cpu']],
    [
      'by a bound function of a bound function',
      'let f = () => {}; for (let i = 0; i < 1e6; i++) f = f.bind(); f()',
      ['memory', 'stack', 'timeout', 'killed'],
    ],
    ['by calls', 'for (;;) tools.echo(1)', ['limit-calls']],
    [
      'by timers',
      'const f = () => setTimeout(f, 0); f(); for (;;) await new Promise((r) => setTimeout(r, 0))',
      ['timeout', 'cpu', 'instructions'],
    ],
    [
      'by errors without end',
      'const f = () => { throw new Error("x".repeat(1e6), { cause: (() => { try { f() } catch (e) { return e } })() }) }; f()',
      ['runtime', 'stack', 'memory', 'timeout', 'cpu'],
    ],
    [
      'by JSON nested too deep',
      'JSON.parse("[".repeat(1e6))',
      ['runtime', 'stack', 'memory', 'timeout', 'cpu'],
    ],
  ])('%s', async (_, source, kinds) => check(source, { kinds }))

  test('by objects made within a promise job, which no disposal survives', async () => {
    await check('await 0; const a = []; for (let i = 0; i < 200000; i++) a.push({ i }); return a.length', {
      value: 200000,
    })
  })

  test('by a console that is flooded', async () => {
    await check('for (let i = 0; i < 3e5; i++) console.log("line " + i); return "end"', { value: 'end' })
  })
})
