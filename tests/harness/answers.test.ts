/** What a model reads of a script that went wrong in an odd way: the kind, the place, and what to do instead. */

import { describe, expect, test } from 'vitest'
import { ScriptEngine, type ScriptErrorKind } from '../../src/harness/index.ts'
import { echo, errorOf, returned, runnerOf, sharedEngine } from '../support/script-bench.ts'

const run = runnerOf(sharedEngine({ poolSize: 1 }))
const tree = {
  echo,
  fail: async (message: string) => Promise.reject(new Error(message)),
  web: { search: async () => [] },
}

interface Answer {
  readonly title: string
  readonly source: string
  readonly kind: ScriptErrorKind
  readonly says?: RegExp
  readonly line?: number
  readonly column?: number
}

const ANSWERS: readonly Answer[] = [
  {
    title: 'a place that the script wrote into its own stack is one of its source',
    source: 'const e = new Error("x"); e.stack = "(script.ts:1:2000000000)"; throw e',
    kind: 'runtime',
    line: 1,
    column: 72,
  },
  {
    title: 'and so is one in no line at all',
    source: 'const e = new Error("x"); e.stack = "(script.ts:0:0)"; throw e',
    kind: 'runtime',
    line: 1,
    column: 1,
  },
  {
    title: 'columns count UTF-16 units',
    source: 'const s = "😀😀"; null.x',
    kind: 'runtime',
    line: 1,
    column: 23,
  },
  {
    title: "an error of the script's own class stands where it is thrown",
    source:
      'class Mine extends Error { constructor(m) { super(m); this.name = "Mine" } }\nclass More extends Mine { constructor(m) { super(m) } }\nthrow new More("own")',
    kind: 'runtime',
    says: /^Mine: own/,
    line: 3,
  },
  {
    title: 'a failure of many says what each was',
    source: 'await Promise.any([tools.fail("first"), tools.fail("second")])',
    kind: 'runtime',
    says: /all 2 failed: Error: first; Error: second/,
  },
  {
    title: 'a name that was only looked for is not blamed for what comes later',
    source: 'if (tools.nope) {}\nconst o = {}\no.bar()',
    kind: 'runtime',
    line: 3,
  },
  {
    title: 'nor for another value that is undefined',
    source: 'const nope = tools.nope\nconst o = undefined\nreturn o.x',
    kind: 'runtime',
    line: 3,
  },
  { title: 'nor for null', source: 'tools.nope?.x; return null.nope', kind: 'runtime' },
  {
    title: 'a computed name is a name',
    source: 'const n = "ec" + "h"\nawait tools[n](1)',
    kind: 'unknown-tool',
  },
  {
    title: 'a name behind the name of a tool is none',
    source: 'return await tools.web.search.deep("a")',
    kind: 'unknown-tool',
    says: /tools\.web\.search\.deep does not exist\. Nearest: tools\.web\.search/,
  },
  {
    title: 'a renamed part of the tools is found',
    source: 'const { ech: say } = tools\nawait say(1)',
    kind: 'unknown-tool',
    says: /Nearest: tools\.echo/,
    line: 2,
  },
  {
    title: 'a path as one name is told apart from its parts',
    source: 'return await tools["web.search"]({})',
    kind: 'unknown-tool',
    says: /reached name by name\. For example: await tools\.web\.search\(/,
  },
  {
    title: 'a deadlock is named where it can be, also beside calls that were awaited',
    source: 'const a = await tools.echo(1)\nawait new Promise(() => {})',
    kind: 'deadlock',
    line: 2,
  },
  {
    title: 'a brace too many stands where it is',
    source: 'const a: number = 1\n}\nreturn a',
    kind: 'syntax',
    says: /closes nothing/,
    line: 2,
    column: 1,
  },
  {
    title: 'and before a function, too',
    source: 'const a: number = 1\n}\nasync function g() {\nreturn 1',
    kind: 'syntax',
    line: 2,
  },
  {
    title: 'a shell command that happens to parse is known for one',
    source: 'ls -la',
    kind: 'runtime',
    says: /looks like a shell command.*tools\.exec/,
  },
  {
    title: 'and so is a block that says so',
    source: '```bash\nfoo -la\n```',
    kind: 'runtime',
    says: /looks like a shell command/,
  },
  {
    title: 'JSON is no script',
    source: '{"source": "return 1"}',
    kind: 'syntax',
    says: /This is JSON.*Send the source itself/,
  },
  { title: 'using', source: 'using a = {}', kind: 'syntax', says: /no using; use try and finally/ },
  {
    title: 'decorators',
    source: 'class B {}\n@d class A {}',
    kind: 'syntax',
    says: /no decorators/,
    line: 2,
  },
  { title: 'JSX', source: 'return <div>hi</div>', kind: 'syntax', says: /no JSX/ },
  {
    title: 'an import from code that was made at run time is refused as any other',
    source: '(0, eval)("import(\'fs\')"); return await (0, eval)("import(\'fs\')")',
    kind: 'forbidden',
    says: /no modules/,
  },
  {
    title: 'a promise cannot be shown',
    source: 'text(tools.echo(1))',
    kind: 'serialization',
    says: /an await is missing/,
  },
]

describe('the model is told right', () => {
  test.each(ANSWERS)('$title', async ({ source, kind, says = /./, line, column }) => {
    const error = errorOf(await run(source, { ...tree, exec: echo }), kind)

    expect(error.message).toMatch(says)
    if (line !== undefined) expect(error.line).toBe(line)
    if (column !== undefined) expect(error.column).toBe(column)
  })
})

describe('a script', () => {
  test('that makes its error as long as its memory is answered in few words', async () => {
    const named = errorOf(
      await run('const e = new Error("x"); e.name = "N".repeat(5e6); throw e', tree),
      'runtime',
    )
    const staked = errorOf(
      await run('const e = new Error("x"); e.stack = "s".repeat(5e6); throw e', tree),
      'runtime',
    )

    expect(named.message.length + staked.message.length).toBeLessThan(1_000)
  })

  test('that catches the failure of a wrong name is warned of that name', async () => {
    const caught = await run('try { await tools.ech(1) } catch (e) { return e.message }', tree)
    const looked = await run('return [typeof tools.ech, tools.ech?.(1)]', tree)

    expect(caught.warnings).toEqual([
      expect.stringMatching(/tools\.ech does not exist\. Nearest: tools\.echo/),
    ])
    expect(looked).toMatchObject({ ok: true, value: ['undefined', undefined], warnings: [] })
  })

  test('writes to the console by all of its usual names', async () => {
    const result = await run(
      'console.table([1]); console.dir({ a: 1 }); console.group("g"); console.groupEnd(); console.trace("t"); console.assert(true, "no"); console.assert(false, "yes")',
    )

    expect(result.logs.map(({ text }) => text)).toEqual(['[1]', '{ a: 1 }', 'g', 't', 'Assertion failed yes'])
  })

  test('shows a map as what it holds', async () => {
    const { output } = await run('text(new Map([["tea", 4]]))')

    expect(output).toEqual([{ type: 'text', text: 'Map { "tea" => 4 }' }])
  })

  test('is found behind a fence that was never closed', async () => {
    expect(returned(await run('```ts\nreturn 1 as number'))).toBe(1)
  })

  test('that is nothing but fences is read once, not again and again', async () => {
    errorOf(await run('```'.repeat(50_000)), 'syntax')
  })

  test('hears of a tool error that cannot be read', async () => {
    const unreadable = Object.defineProperty(new Error(), 'message', {
      get() {
        throw new Error('unreadable')
      },
    })

    const result = await run('await tools.odd()', { odd: async () => Promise.reject(unreadable) })

    expect(errorOf(result, 'tool').message).toMatch(/an error that cannot be read/)
  })

  test('is given up at once when it is aborted while it is parsed', async () => {
    await using engine = new ScriptEngine({ poolSize: 1 })
    const controller = new AbortController()
    await engine.warm()

    const result = runnerOf(engine)('const a: number = ;', {}, { signal: controller.signal })
    // By then it lies with the parser, which has to be loaded first.
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort()

    errorOf(await result, 'aborted')
  })

  test('never gets a thread that was ended while it made itself ready', async () => {
    await using engine = new ScriptEngine({ poolSize: 1, poolSizeMax: 1, limits: { wallMs: 3_000 } })
    // The thread has the time to report as ready while its end is being read, and before it is given up for its size.
    const hold = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
    const big = 'Date.now(); const a = new Uint8Array(4e7); return (Date.now(), a.length)'

    const first = runnerOf(engine)(big, {}, { onSampled: ({ clock }) => clock.length > 0 && hold() })
    const next = runnerOf(engine)('return await tools.echo(1)', tree)

    expect(returned(await first)).toBe(4e7)
    expect(returned(await next)).toBe(1)
  })

  test('stores so much that later scripts can still run, and makes room by storing undefined', async () => {
    const stored = new Map<string, unknown>()
    const limits = { resultBytesMax: 10_000 }
    const fill = (key: string) => `store("${key}", "x".repeat(9000)); return 1`
    for (let index = 0; index < 17; index++) returned(await run(fill(`k${index}`), {}, { stored, limits }))

    const refused = errorOf(await run(fill('more'), {}, { stored, limits }), 'limit-output')
    const caught = await run(
      `try { ${fill('more')} } catch { store("k0", undefined); ${fill('more')} }`,
      {},
      { stored, limits },
    )

    expect(refused.message).toMatch(/store\(\) keeps 160000 characters of JSON in all/)
    expect(returned(caught)).toBe(1)
    expect(stored.get('k0')).toBeUndefined()
  })
})
