/** Scripts as models write them, spoilt in seeded ways. */

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are sources.

const CORPUS: readonly string[] = [
  "const { files } = await tools.grep('TODO', { include: '*.ts' })\nreturn files.length",
  "const texts = await Promise.all(['a', 'b'].map((name) => tools.echo({ name })))\nreturn texts.map((t) => t.name)",
  'interface Row { id: number; tags?: string[] }\nconst rows: Row[] = [{ id: 1 }, { id: 2, tags: ["x"] }]\nreturn rows.filter((row): row is Required<Row> => row.tags !== undefined)',
  "try {\n  await tools.fail('disk full')\n} catch (error) {\n  return (error as Error).message\n} finally {\n  console.log('done')\n}",
  'enum Level { Low, Mid = 5, High }\nclass Box<T> { constructor(private readonly value: T, public level = Level.Low) {} get() { return this.value } }\nreturn new Box("a", Level.High).get()',
  'let sum = 0\nfor (let i = 0; i < 10; i++) {\n  const { n } = await tools.echo({ n: i })\n  sum += n\n}\nreturn sum',
  "const first = await Promise.race([tools.slow(50), tools.echo('fast')])\nreturn first",
  "const results = await Promise.allSettled([tools.echo(1), tools.fail('no')])\nreturn results.map(({ status }) => status)",
  "text(`head: ${JSON.stringify({ a: [1, 2, 3] })}`)\nnotify('half way')\nstore('key', new Map([['a', 1n]]))\nreturn load('key')",
  "const url = new URL('https://a.example/b?c=d')\nurl.searchParams.append('e', 'f g')\nreturn url.href",
  "const bytes = new TextEncoder().encode('héllo €')\nreturn [btoa(String.fromCharCode(...bytes)), new TextDecoder().decode(bytes)]",
  'const task = tools.spawn.echo({ a: 1 })\nconst list = await tools.spawn.list()\nreturn [task.id, list.length, await task.done]',
  'const now = Date.now()\nawait new Promise((resolve) => setTimeout(resolve, 1))\nreturn [new Date().getTime() >= now, Math.random() < 1, performance.now()]',
  'function* walk(tree: any): Generator<string> {\n  for (const [name, child] of Object.entries(tree)) {\n    yield name\n    if (typeof child === "object" && child) yield* walk(child)\n  }\n}\nreturn [...walk({ a: { b: 1 }, c: null })]',
  "const parse = (line: string) => /^(?<key>\\w+)\\s*=\\s*(?<value>.*)$/u.exec(line)?.groups\nreturn ['a = 1', 'b=2', '# c'].map(parse)",
  'const patch = `*** Begin Patch\n*** Update File: a.ts\n@@\n-old\n+new ${1 + 1}\n*** End Patch`\nreturn await tools.echo(patch)',
  "label: for (const a of [1, 2]) { for (const b of [3, 4]) { if (b === 4) continue label; if (a === 2) break label } }\nreturn 'out'",
  "const groups = Object.groupBy([1, 2, 3], (n) => (n % 2 ? 'odd' : 'even'))\nreturn groups",
  "async function retry<T>(work: () => Promise<T>, times = 3): Promise<T> {\n  try { return await work() } catch (e) { if (times <= 1) throw e; return retry(work, times - 1) }\n}\nreturn await retry(() => tools.fail('again'))",
  'const copy = structuredClone({ d: new Date(0), m: new Map([[1, new Set([2])]]) })\nreturn copy',
  "type Handler = (event: { kind: 'a' | 'b' }) => void\nconst handlers = new Map<string, Handler[]>()\nhandlers.set('a', [...(handlers.get('a') ?? []), ({ kind }) => console.log(kind)])\nhandlers.get('a')?.forEach((h) => h({ kind: 'a' }))\nreturn handlers.size",
  'const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`)\nreturn { count: lines.length, head: lines.slice(0, 3), tail: lines.at(-1) }',
  'namespace Geometry { export const area = (w: number, h: number) => w * h }\nreturn Geometry.area(2, 3) satisfies number',
  "const id = setInterval(() => console.log('tick'), 1)\nawait new Promise((r) => setTimeout(r, 5))\nclearInterval(id)\nreturn 'stopped'",
  'const big = 2n ** 64n\nreturn await tools.echo({ big, list: new Set([big]), bytes: new Uint8Array([1, 2]) })',
  "return await tools.unknownTool?.({ a: 1 }) ?? 'none'",
  'const { a, ...rest } = { a: 1, b: 2, c: [3, { d: 4 }] } as const\nreturn rest',
  'class Stack { #items: number[] = []; static of(...n: number[]) { const s = new Stack(); s.#items.push(...n); return s } pop = () => this.#items.pop() }\nreturn Stack.of(1, 2).pop()',
  '```ts\nconst answer: number = 42\nreturn answer\n```',
  'abstract class Shape { abstract area(): number }\nclass Square extends Shape { constructor(private side: number) { super() } area() { return this.side ** 2 } }\nreturn new Square(3).area()',
  'const queue = [tools.echo(1), tools.echo(2)]\nfor await (const item of queue) text(item)\nexit()',
]

const SCRAPS = [
  '}',
  '{',
  '(',
  ')',
  '`',
  '${',
  "'",
  '"',
  '//',
  '/*',
  '*/',
  '\n',
  ';',
  '=>',
  'await ',
  'return ',
  '\u0000',
  '\ud800',
  '\u2028',
  'tools',
  'tools.echo(',
  '...',
  '?.',
  '??=',
  '<T>',
  ': any',
  ' as ',
  'enum E {',
  'class A { #a',
  'async ',
  'yield ',
  '/(a+)+$/',
  '0n',
  '1e999',
  '-',
  'new Proxy({}, {})',
  'import("x")',
  'globalThis',
  '[Symbol.iterator]',
  '}); (async () => {',
  'for(;;){',
  'while(1)',
  '.repeat(1e9)',
  'new Array(4e9)',
  'JSON.parse',
] as const

const NUMBERS = ['0', '-1', '1e9', 'NaN', '2 ** 53', '"7"', '3n'] as const
const VALUES = [
  '',
  'null',
  'undefined',
  '{}',
  '() => {}',
  'tools',
  'new Proxy({}, {})',
  'Symbol()',
  '"x".repeat(1e6)',
  'globalThis',
  'NaN',
  'new Map([[{}, []]])',
] as const

/** Mulberry32: small, and the same everywhere. */
function chanceOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const MUTATIONS: ReadonlyArray<(source: string, chance: (below: number) => number) => string> = [
  (source, chance) => {
    const at = chance(source.length + 1)
    return source.slice(0, at) + SCRAPS[chance(SCRAPS.length)] + source.slice(at)
  },
  (source, chance) => {
    const at = chance(source.length + 1)
    return source.slice(0, at) + source.slice(at + 1 + chance(12))
  },
  (source, chance) => {
    const [from, to] = [chance(source.length + 1), chance(source.length + 1)]
    return source.slice(0, to) + source.slice(from, from + chance(40)) + source.slice(to)
  },
  (source, chance) => source.slice(0, chance(source.length + 1)),
  (source, chance) => {
    const words = source.split(/\b/)
    const [one, other] = [chance(words.length), chance(words.length)]
    ;[words[one], words[other]] = [words[other] ?? '', words[one] ?? '']
    return words.join('')
  },
  (source) => source.replace(/\bawait /, ''),
  (source, chance) => source.replace(/\d+/, () => NUMBERS[chance(NUMBERS.length)] ?? ''),
  (source, chance) => {
    const names = [...new Set(source.match(/\b[a-z]\w*\b/gi))]
    const [one, other] = [names[chance(names.length)], names[chance(names.length)]]
    return source.replace(new RegExp(`\\b${one}\\b`), () => other ?? '')
  },
  (source, chance) => source.replace(/\(([^()]*)\)/, () => `(${VALUES[chance(VALUES.length)]})`),
  (source, chance) => `${source}\n${CORPUS[chance(CORPUS.length)]}`,
  (source, chance) => {
    const other = CORPUS[chance(CORPUS.length)] ?? ''
    return source.slice(0, chance(source.length)) + other.slice(chance(other.length))
  },
]

/** The same source for the same seed: one of the corpus, spoilt once or, every third, twice. */
export function mutatedSource(seed: number): string {
  const chance = chanceOf(seed)
  let source = CORPUS[chance(CORPUS.length)] ?? ''
  for (let turn = chance(3) === 0 ? 2 : 1; turn > 0; turn--) {
    source = MUTATIONS[chance(MUTATIONS.length)]?.(source, chance) ?? source
  }
  return source
}
