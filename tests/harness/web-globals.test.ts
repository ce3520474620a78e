/** The Web's globals in a script, beside Node's own. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { echo, errorOf, returned, runnerOf, sharedEngine } from '../support/script-bench.ts'

const run = runnerOf(sharedEngine())

/**
 * Runs `body`, the source of a function of `value`, over all values at once, here and in a script.
 *
 * A failure is its error's name: messages are each engine's own.
 */
async function check(values: readonly unknown[], body: string): Promise<void> {
  const source = `(values) => values.map((value) => { try { ${body} } catch (error) { return 'threw ' + error.name } })`
  const expected: unknown = new Function(`return ${source}`)()(values)

  const result = await run(
    `return (${source})(await tools.values())`,
    { values: async () => values },
    GENEROUS,
  )

  expect(returned(result)).toEqual(expected)
}
const GENEROUS = { limits: { resultBytesMax: 16 * 1024 * 1024 } }

const samples = <Value>(arbitrary: fc.Arbitrary<Value>, count = 300): Value[] =>
  fc.sample(arbitrary, { numRuns: count, seed: 7 })
/** With NUL, lone surrogates and what lies beyond the first plane. */
const text = fc.string({ unit: 'binary', maxLength: 40 })
const anyText = fc.oneof(
  text,
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
    .map((units) => String.fromCharCode(...units)),
)
const bytes = fc.uint8Array({ maxLength: 30 })

describe('as in Node', () => {
  const address = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.constantFrom(
      'http://user:pa%20ss@ex.example:8080/a/../b?q=1#f',
      'file:///C:/a/./b',
      'data:text/plain,hi',
      'HTTPS://ÉX.example/ä?ö#ü',
      'http://[::1]:80/',
      'http://1.2.3',
      'nonsense',
      '//no.example',
      '',
      'mailto:a@b.example',
    ),
    anyText,
  )
  const FIELDS = `['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'].map((name) => url[name])`

  test('an address is taken apart', async () => {
    await check(
      samples(address),
      `const url = new URL(value); return [...${FIELDS}, [...url.searchParams], String(url), JSON.stringify({ url })]`,
    )
  })

  test('an address is resolved against another', async () => {
    await check(
      samples(fc.tuple(fc.oneof(address, fc.constantFrom('../x', '?a', '#b', '/c')), address)),
      'return [new URL(...value).href, URL.canParse(...value), URL.parse(...value)?.href]',
    )
  })

  test('a part of an address is changed', async () => {
    const field = fc.constantFrom(
      'href',
      'protocol',
      'username',
      'password',
      'host',
      'hostname',
      'port',
      'pathname',
      'search',
      'hash',
    )
    await check(
      samples(
        fc.tuple(field, fc.oneof(anyText, fc.constantFrom('8080', 'ftp:', 'a.example:99', '?x=y&x=z'))),
      ),
      `const url = new URL('https://u:p@a.example:81/b?c=d&e=f#g'); const params = url.searchParams; url[value[0]] = value[1]; return [...${FIELDS}, [...params], params === url.searchParams]`,
    )
  })

  test('parameters are read, changed and written', async () => {
    const pairs = fc.array(fc.tuple(anyText, anyText), { maxLength: 6 })
    await check(
      samples(fc.tuple(fc.oneof(pairs, anyText, fc.dictionary(fc.string(), fc.string())), anyText, anyText)),
      `const [init, name, other] = value
      const params = new URLSearchParams(init), log = []
      const note = () => log.push(params.toString(), params.size, [...params.keys()], [...params.values()])
      params.append(name, other); note(); params.set(name, 'one'); note(); params.sort(); note()
      log.push(params.get(name), params.getAll(other), params.has(name), params.has(name, 'two'))
      params.delete(other); note(); params.forEach((v, k, all) => log.push([k, v, all === params]))
      return log`,
    )
  })

  test('parameters of an address and the address change each other', async () => {
    await check(
      samples(fc.tuple(anyText, anyText), 100),
      'const url = new URL("https://a.example/?x=1"); url.searchParams.set(...value); url.searchParams.append("y", value[1]); const href = url.href; url.search = value[0]; return [href, url.href, [...url.searchParams]]',
    )
  })

  test('text becomes base64 and comes back', async () => {
    const base64 = fc.oneof(
      fc.base64String(),
      anyText,
      fc.constantFrom(' YQ = = ', 'YQ', 'YQ=', 'a', '====', 'YWJj\n'),
    )
    await check(samples(base64), 'return atob(value)')
    await check(
      samples(
        fc.oneof(
          anyText,
          fc.string({ unit: 'binary-ascii' }),
          bytes.map((b) => String.fromCharCode(...b)),
        ),
      ),
      'return btoa(value)',
    )
  })

  test('text becomes bytes', async () => {
    await check(samples(anyText), 'return new TextEncoder().encode(value)')
    await check(
      samples(fc.tuple(text, fc.integer({ min: 0, max: 20 }))),
      'const into = new Uint8Array(value[1]); return [new TextEncoder().encodeInto(value[0], into), into]',
    )
  })

  test('bytes become text, also in pieces', async () => {
    const label = fc.constantFrom(
      'utf-8',
      'utf8',
      'latin1',
      'utf-16le',
      'shift_jis',
      'windows-1252',
      'nonsense',
    )
    const options = fc.record({ fatal: fc.boolean(), ignoreBOM: fc.boolean() })
    const valid = anyText.map((value) => new TextEncoder().encode(value))
    await check(
      samples(
        fc.tuple(
          label,
          options,
          fc.array(fc.oneof(bytes, valid, fc.constant(new Uint8Array([0xef, 0xbb, 0xbf]))), { maxLength: 4 }),
        ),
      ),
      `const [label, options, pieces] = value
      const decoder = new TextDecoder(label, options), seen = [decoder.encoding, decoder.fatal, decoder.ignoreBOM]
      for (const piece of pieces) seen.push(decoder.decode(piece, { stream: true }))
      return [...seen, decoder.decode()]`,
    )
  })

  test('data is cloned', async () => {
    const data = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: false,
      withNullPrototype: false,
    })
    // What crosses to the script at all: JSON and the kinds that the border knows.
    const values = samples(fc.oneof(data, bytes)).map((value) => structuredClone(value))
    await check(values, 'return structuredClone(value)')
    await check(
      [0],
      `const a = { e: new RangeError('x'), r: /a/gi, n: new Number(3), b: new Float32Array([1, 2]).subarray(1), v: undefined }
      a.self = a; const m = new Map([[a, new Set([a])]]); const c = structuredClone({ a, m, again: a })
      return [c.a !== a, c.a.self === c.a, c.again === c.a, c.m.get(c.a).has(c.a), c.a.e instanceof RangeError, c.a.e.message, String(c.a.r), c.a.n instanceof Number, c.a.b.length, c.a.b[0], 'v' in c.a]`,
    )
    await check(
      [0],
      'return [() => 1, Symbol("s"), new WeakMap(), Promise.resolve(), { f() {} }].map((v) => { try { structuredClone(v); return 1 } catch (e) { return e.name } })',
    )
  })
})

describe('the globals of the Web', () => {
  test('can be replaced by the script', async () => {
    expect(
      returned(await run('globalThis.URL = 1; atob = (x) => x; return [URL, atob("a"), typeof btoa]')),
    ).toEqual([1, 'a', 'function'])
  })

  test('work after the script changed the built-ins', async () => {
    const source =
      'JSON.parse = JSON.stringify = String.fromCharCode = null; Object.prototype.error = ["E", "x"]; return new URL("https://a.example/b").pathname'

    expect(returned(await run(source))).toBe('/b')
  })

  test('show as text on the console and in results', async () => {
    const result = await run(
      'const u = new URL("https://a.example/b"); console.log(u, [u]); return await tools.echo({ u })',
      { echo },
    )

    expect(returned(result)).toEqual({ u: 'https://a.example/b' })
    expect(result.logs).toEqual([{ level: 'log', text: 'https://a.example/b ["https://a.example/b"]' }])
  })
})

describe('timers and jobs', () => {
  test('an interval runs until it is cleared', async () => {
    const source =
      'let n = 0; await new Promise((r) => { const id = setInterval((step) => { n += step; if (n === 6) { clearInterval(id); r() } }, 1, 2) }); return n'

    expect(returned(await run(source))).toBe(6)
  })

  test('a microtask runs before the next timer, and fails the script when it throws', async () => {
    const source =
      'const seen = []; setTimeout(() => seen.push("timer"), 0); queueMicrotask(() => seen.push("job")); await new Promise((r) => setTimeout(r, 2)); return seen'

    expect(returned(await run(source))).toEqual(['job', 'timer'])
    errorOf(
      await run('queueMicrotask(() => { throw new Error("in a job") }); await new Promise(() => {})'),
      'runtime',
    )
  })
})
