/** What a script may be written in, and where its errors say they are. */

import { describe, expect, test } from 'vitest'
import { echo, errorOf, returned, runnerOf, sharedEngine } from '../support/script-bench.ts'

const run = runnerOf(sharedEngine())

describe('a script', () => {
  test('awaits and returns at its top level', async () => {
    const result = await run('const twice = (await tools.echo(21)) * 2\nreturn twice', { echo })

    expect(result).toMatchObject({
      ok: true,
      value: 42,
      calls: [{ path: 'echo', state: 'done' }],
      warnings: [],
    })
  })

  test('is TypeScript: types are taken away', async () => {
    const result = await run(
      'interface Note { text: string }\nconst note = { text: "a" } satisfies Note\nconst list: Array<Note> = [note as Note]\nreturn list.map((n: Note): string => n.text!)',
    )

    expect(returned(result)).toEqual(['a'])
  })

  test('may use TypeScript that is more than types', async () => {
    const result = await run(
      'enum Level { Low = 1, High }\nnamespace Names { export const first = "a" }\nclass Box { constructor(readonly size: number) {} }\nreturn [Level.High, Names.first, new Box(3).size]',
    )

    expect(returned(result)).toEqual([2, 'a', 3])
  })

  test('reads a call with type arguments as a call, not as two comparisons', async () => {
    const result = await run('const id = (x) => x\nreturn id<string>("a")')

    expect(returned(result)).toBe('a')
  })

  test('may end in a comment', async () => {
    expect(returned(await run('return 5 // the end'))).toBe(5)
  })

  test('loses its type imports and keeps the rest', async () => {
    const result = await run('import type { Note } from "./notes"\nconst note: Note = 1\nreturn note')

    expect(returned(result)).toBe(1)
  })

  test.each([
    ['a fence around it', '```ts\nreturn 1 as number\n```'],
    ['a fence without a language', '\n~~~\nreturn 1\n~~~\n'],
    ['prose around a fence', 'Here is the script:\n\n```typescript\nreturn 1\n```\n\nIt returns one.'],
  ])('is found within %s', async (_, source) => {
    expect(returned(await run(source))).toBe(1)
  })
})

describe('a position', () => {
  const check = async (source: string, line: number, column: number) => {
    const result = await run(source, { echo, fail: async () => Promise.reject(new Error('no')) })
    expect(result).toMatchObject({ ok: false, error: { line, column } })
    return result.ok ? undefined : result.error
  }

  test('is that of the TypeScript the model wrote', async () => {
    const error = await check('type A = {\n  b: string\n}\nconst a = null as unknown as A\nreturn a.b', 5, 9)

    expect(error?.message).toContain('script.ts:5:9')
    expect(error?.frame).toBe('5 | return a.b\n  |         ^')
  })

  test('on the first line is not moved by what stands before it', async () => {
    await check('null.x', 1, 5)
  })

  test('inside a fence counts the lines of the whole text', async () => {
    await check('```ts\nconst a: number = 1\nnull.x\n```', 3, 5)
  })

  test.each([
    ['enum A { B }\n\nconst c: A = A.B; null.x', 3, 23],
    ['null.x; enum A { B }', 1, 5],
    [
      'class A {\n  constructor(\n    readonly a: number,\n    private b?: string,\n  ) {}\n}\nconst a: A = new A(1)\na.b.c',
      8,
      4,
    ],
    ['namespace N {\n  export const f = (): never => {\n    throw new Error("x")\n  }\n}\n\nN.f()', 3, 20],
    ['enum A { B = "b" }\nconst é = "😀"; null.x', 2, 21],
    ['/* é */ enum A { B }; null.x', 1, 27],
    ['enum A { B }\nawait tools.fail()', 2, 17],
  ])('in what had to be converted is that of the source too: %j', async (source, line, column) => {
    await check(source, line, column)
  })

  test('has a caret under it also where the line was converted', async () => {
    const error = await check('enum A { B }\n  const a: string = null.x', 2, 25)

    expect(error?.frame).toBe(`2 |   const a: string = null.x\n  | ${' '.repeat(24)}^`)
  })

  test('of a failed call is where the script made it', async () => {
    await check('const ok = await tools.echo(1)\n\nawait tools.fail()', 3, 17)
  })

  test('inside a function names the innermost line of the script', async () => {
    await check('function inner() {\n  throw new Error("x")\n}\nfunction outer() { inner() }\nouter()', 2, 18)
  })

  test('of bad syntax is where the parser stopped', async () => {
    await check('const a: number = 1;\nconst b = ;\nreturn a;', 2, 11)
  })

  test.each([
    ['if (true) {\n  const a: number = 1', 2, 22],
    ['return [1, 2', 1, 13],
    ['const f = (a: number) =>\n', 2, 1],
  ])('of a script that breaks off is its end: %j', async (source, line, column) => {
    const error = await check(source, line, column)

    expect(error?.message).toContain('ends before it is complete')
  })

  test('of what only the engine refuses is given too', async () => {
    const result = await run('const a = 1\nawait using b = a')

    expect(errorOf(result, 'syntax').line).toBe(2)
  })
})

describe('what is no script', () => {
  test.each([
    ['a static import', 'import fs from "node:fs"\nreturn 1'],
    ['a dynamic import', 'const fs = await import("node:fs")'],
    ['require', 'const fs = require("fs")'],
    ['an export', 'export const a = 1'],
    ['import.meta', 'return import.meta.url'],
  ])('%s is refused with what to do instead', async (_, source) => {
    const error = errorOf(await run(source), 'forbidden')

    expect(error.message).toContain('functions under tools')
  })

  test('shell text is refused with the tool that would run it', async () => {
    const error = errorOf(await run('git status --short\ncat README.md', { exec: echo }), 'syntax')

    expect(error.message).toContain('tools.exec')
  })

  test('a body that closes its wrapper and opens another is refused', async () => {
    errorOf(await run('}); globalThis.escaped = 1; (async () => {'), 'syntax')
  })

  test('what Node has and a script does not is answered with what there is', async () => {
    const error = errorOf(await run('return process.cwd()'), 'runtime')

    expect(error.message).toContain('context')
  })

  test.each([
    ['const fs = require("fs")', 'forbidden', 'tools'],
    ['return fs.readFileSync("a")', 'runtime', 'tools.readFile'],
    ['return execSync("ls")', 'runtime', 'tools.exec'],
    ['return await fetch("https://a.example")', 'runtime', 'tools.web.fetch'],
    ['return crypto.randomUUID()', 'runtime', 'no crypto'],
    ['return Buffer.from("a")', 'runtime', 'TextEncoder'],
    ['return new AbortController()', 'runtime', 'stopped when it ends'],
    ['localStorage.a = 1', 'runtime', 'store(key, value)'],
    ['$("ls")', 'runtime', 'tools.exec'],
  ] as const)('%s is answered with what there is: %s', async (source, kind, hint) => {
    const tools = { readFile: echo, exec: echo, web: { fetch: echo } }

    expect(errorOf(await run(source, tools), kind).message).toContain(hint)
  })

  test('thousands of brackets within each other do not break the next script', async () => {
    const deep = await run(`const a: number = ${'['.repeat(50_000)}`)
    const next = await run('const a: number = 1; return a')

    expect(deep.ok).toBe(false)
    expect(returned(next)).toBe(1)
  })
})
