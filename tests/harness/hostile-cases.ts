/** Scripts that mean harm, in the groups of the rules they are against; each with every end that it may have. */

export interface HostileCase {
  readonly id: string
  readonly source: string
  /** JSON text of the value it has to give. */
  readonly value?: string
  /** Or the kinds of error it may end with. */
  readonly kinds?: readonly string[]
  readonly note: string
}

const STOPPED = ['timeout', 'cpu', 'instructions', 'memory']

export const HOSTILE_CASES: readonly HostileCase[] = [
  // Escapes
  {
    id: 'esc-date-constructor',
    source: 'return Date.prototype.constructor.constructor("return typeof process")()',
    value: '"undefined"',
    note: 'the clock that is sampled leads to no other realm',
  },
  {
    id: 'esc-date-original',
    source:
      'const a = Date.now; Date.now = () => 1; class D extends Date {}\nreturn [new Date(0).constructor === Date, Object.getPrototypeOf(D) === Date, new D(5).getTime(), typeof a()]',
    value: '[true,true,5,"number"]',
    note: 'no way round the sampled clock through prototypes and subclasses',
  },
  {
    id: 'esc-url-constructor',
    source: 'return new URL("https://a.example").constructor.constructor("return typeof process")()',
    value: '"undefined"',
    note: 'what the host answers for a URL is built of guest objects only',
  },
  {
    id: 'esc-url-doors',
    source: 'return [URL.read, URL.write, URLSearchParams.of].map(String)',
    value: '["undefined","undefined","undefined"]',
    note: 'the private doors between our classes are gone',
  },
  {
    id: 'esc-web-error',
    source: 'try { atob("*") } catch (e) { return e.constructor.constructor("return typeof require")() }',
    value: '"undefined"',
    note: "an error that the host caused is the guest's own",
  },
  {
    id: 'esc-web-json',
    source:
      'URL; JSON.parse = () => ({ value: globalThis }); JSON.stringify = () => "[\\"parseUrl\\",\\"file:///etc\\",null]"\nreturn new URL("https://a.example/b").href',
    value: '"https://a.example/b"',
    note: 'changed JSON does not reach the door to the host',
  },
  {
    id: 'esc-spawn-tree',
    source:
      'return [typeof tools.spawn.constructor, typeof tools.spawn.__proto__, (() => { try { tools.spawn.echo = 1; return "changed" } catch (e) { return e.name } })()]',
    value: '["undefined","undefined","TypeError"]',
    note: 'the tasks are as frozen as the tools',
  },
  {
    id: 'esc-indirect-eval',
    source:
      'return (0, eval)("Object.getOwnPropertyNames(globalThis).filter((n) => /^(host|realm|emit|askWeb|loadWeb)$/.test(n))")',
    value: '[]',
    note: 'nothing of the bridge can be listed',
  },
  {
    id: 'esc-stack-of-bridge',
    source:
      'const seen = []; Error.prepareStackTrace = (e, frames) => { for (const f of frames ?? []) { try { seen.push(typeof f.getThis?.(), typeof f.getFunction?.()) } catch {} } return "" }\ntry { tools.echo(() => 1) } catch {} String(new Error().stack); return seen.every((t) => t === "undefined")',
    value: 'true',
    note: "frames give no function of the bridge's",
  },
  {
    id: 'esc-arguments-callee',
    source:
      'return [typeof tools.echo.arguments, typeof tools.echo.caller].map((t, i) => { try { return t } catch { return "undefined" } })',
    kinds: ['ok', 'runtime'],
    note: 'a tool function shows neither its caller nor its arguments',
  },
  {
    id: 'esc-async-generator',
    source:
      'const G = (async function* () {}).constructor; return await (await G("yield typeof process")().next()).value',
    value: '"undefined"',
    note: 'every function constructor is the guest one',
  },

  // Thenables and promises
  {
    id: 'thn-task-await',
    source: 'const task = tools.spawn.echo(1); return (await task) === task',
    value: 'true',
    note: 'a task is no thenable',
  },
  {
    id: 'thn-task-polluted-then',
    source:
      'Object.prototype.then = function (r) { r("evil") }; const task = tools.spawn.echo(1); const same = (await task) === task; delete Object.prototype.then; return same',
    value: 'true',
    note: 'nor one when every object has a then',
  },
  {
    id: 'thn-throwing-getter',
    source: 'return { get then() { throw new Error("no then") } }',
    kinds: ['runtime'],
    note: 'a then that throws is an ordinary failure',
  },
  {
    id: 'thn-twice',
    source: 'return { then(resolve) { resolve(1); resolve(2); throw new Error("late") } }',
    value: '1',
    note: 'the first settlement counts',
  },
  {
    id: 'prm-thousand-rejections',
    source: 'for (let i = 0; i < 1000; i++) Promise.reject(new Error("r" + i)); return "done"',
    value: '"done"',
    note: 'rejections that nobody handles reach no host',
  },
  {
    id: 'prm-task-rejects-unseen',
    source: 'tools.spawn.fail("lost"); await tools.echo(1); return "done"',
    value: '"done"',
    note: 'a task that fails unseen is no failure of the script',
  },
  {
    id: 'prm-lost-failure',
    source: 'tools.fail("the reason")\nawait new Promise(() => {})',
    kinds: ['unhandled'],
    note: 'a deadlock behind a lost failure names that failure',
  },
  {
    id: 'prm-race-of-nothing',
    source: 'return await Promise.race([])',
    kinds: ['deadlock'],
    note: 'nobody can settle an empty race',
  },
  {
    id: 'prm-self-resolve',
    source: 'let resolve; const p = new Promise((r) => { resolve = r }); resolve(p); return await p',
    kinds: ['runtime'],
    note: 'a promise of itself is a TypeError, not a hang',
  },

  // Conversions
  {
    id: 'cnv-task-as-data',
    source: 'const task = tools.spawn.echo(1); return Object.keys(JSON.parse(JSON.stringify(task)))',
    value: '["id"]',
    note: 'as data a task is its id',
  },
  {
    id: 'cnv-url-as-data',
    source:
      'return await tools.echo({ u: new URL("https://a.example/b?c=d#e"), q: new URLSearchParams({ a: "b c" }) })',
    value: '{"u":"https://a.example/b?c=d#e","q":"a=b+c"}',
    note: 'a URL is its text',
  },
  {
    id: 'cnv-url-lies',
    source:
      'const u = new URL("https://a.example"); u.toString = () => "evil"; Object.defineProperty(u, "href", { value: "evil" }); return u',
    value: '"https://a.example/"',
    note: 'and its text is its own',
  },
  {
    id: 'cnv-nul-and-bom',
    source: 'return await tools.echo(["a\\u0000b", "\\ufeffc", "\\u2028"])',
    value: '["a\\u0000b","\ufeffc","\u2028"]',
    note: 'strings are not C strings',
  },
  {
    id: 'cnv-bytes-through-coder',
    source: 'return [...new TextEncoder().encode("\\u0000\\ud800é")]',
    value: '[0,239,191,189,195,169]',
    note: 'nor on the way to the host and back',
  },
  {
    id: 'cnv-symbol-value',
    source: 'await tools.echo({ list: [1, Symbol("s")] })',
    kinds: ['serialization'],
    note: 'a symbol is named by its path',
  },
  {
    id: 'cnv-clone-of-getter',
    source:
      'let reads = 0; const o = structuredClone({ get a() { reads++; return 1 } }); return [o.a, o.a, reads]',
    value: '[1,1,1]',
    note: 'a getter is read once',
  },
  {
    id: 'cnv-clone-of-function',
    source: 'structuredClone({ f() {} })',
    kinds: ['runtime'],
    note: 'a function cannot be cloned',
  },
  {
    id: 'cnv-clone-cycle',
    source:
      'const a = { m: new Map() }; a.m.set(a, a); const b = structuredClone(a); return b !== a && b.m.get(b) === b',
    value: 'true',
    note: 'a cycle stays one',
  },
  {
    id: 'cnv-proto-key-through-task',
    source:
      'const r = await tools.spawn.echo(JSON.parse(\'{"__proto__":{"polluted":1}}\')).done; return [({}).polluted === undefined, Object.keys(r)]',
    value: '[true,["__proto__"]]',
    note: 'a task is the same border',
  },

  // Denial of service
  {
    id: 'dos-tasks',
    source: 'for (;;) tools.spawn.echo(1)',
    kinds: ['limit-tasks'],
    note: 'tasks are counted',
  },
  {
    id: 'dos-tasks-caught',
    source: 'for (;;) { try { tools.spawn.echo(1) } catch {} finally { continue } }',
    kinds: ['limit-tasks'],
    note: 'and their limit cannot be caught',
  },
  {
    id: 'dos-clock',
    source: 'for (;;) Date.now()',
    kinds: STOPPED,
    note: 'the samples of a clock that is read for ever are bounded',
  },
  {
    id: 'dos-random',
    source: 'for (;;) Math.random()',
    kinds: STOPPED,
    note: 'chance is interpreted code, and ends',
  },
  {
    id: 'dos-interval',
    source: 'setInterval(() => {}, 0); await new Promise(() => {})',
    kinds: STOPPED,
    note: 'an interval keeps no script for ever',
  },
  {
    id: 'dos-microtasks',
    source: 'const again = () => queueMicrotask(again); again(); await new Promise(() => {})',
    kinds: STOPPED,
    note: 'nor do microtasks',
  },
  {
    id: 'dos-decoders',
    source:
      'const all = []; for (let i = 0; i < 200; i++) { const d = new TextDecoder(); d.decode(new Uint8Array([0xe2]), { stream: true }); all.push(d) } return "kept"',
    kinds: ['runtime'],
    note: 'what the host keeps for a script is bounded',
  },
  {
    id: 'dos-long-url',
    source:
      'let n = 0; for (let i = 0; i < 3; i++) n += new URL("https://a.example/?" + "x=%41&".repeat(2e3)).searchParams.size; return n > 0',
    value: 'true',
    note: 'the host parses text of any length the script can hold',
  },
  {
    id: 'dos-clone-deep',
    source: 'let a = {}; for (let i = 0; i < 1e5; i++) a = { a }; structuredClone(a)',
    kinds: ['runtime', 'stack', ...STOPPED],
    note: 'a clone of what has no end ends',
  },
  {
    id: 'dos-array-from-holes',
    source: 'return Array.from({ length: 4e9 })',
    kinds: ['runtime', ...STOPPED],
    note: 'a length is no allocation',
  },

  // Syntax and misuse
  {
    id: 'syn-spawn-unknown',
    source: 'tools.spawn.ecko(1)',
    kinds: ['unknown-tool'],
    note: 'a task of no tool',
  },
  {
    id: 'syn-namespace-call',
    source: 'return await tools.web.serch({ q: "a" })',
    kinds: ['unknown-tool'],
    note: 'in a namespace',
  },
  {
    id: 'syn-html-comment',
    source: '<!-- hello\nreturn 1',
    value: '1',
    note: 'a comment of old, which the language still knows',
  },
  {
    id: 'syn-with',
    source: 'with ({ a: 1 }) { return a }',
    kinds: ['syntax'],
    note: 'strict code has no with',
  },
  {
    id: 'syn-unfinished-template',
    source: 'const a = `${"b"\nreturn a',
    kinds: ['syntax'],
    note: 'the wrapper does not end it',
  },
  {
    id: 'syn-return-in-class',
    source: 'class A { static { return 1 } }',
    kinds: ['syntax'],
    note: 'a return is at home in the body only',
  },
  {
    id: 'syn-python',
    source: 'import os\nprint(os.getcwd())',
    kinds: ['syntax', 'forbidden'],
    note: 'another language',
  },
]
