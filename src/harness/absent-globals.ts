/** Names that a script may expect in vain, with what there is instead. */

import type { ScriptToolEntry } from './script-tools.ts'

interface Absent {
  readonly text: string
  /** Tools that do it, should there be one of them. */
  readonly tools?: readonly string[]
}

const MODULES: Absent = { text: 'There are no modules in a script; use the functions under tools' }
const FILES: Absent = {
  text: 'A script has no file system of its own; use the functions under tools',
  tools: ['readFile', 'listDir', 'applyPatch', 'fc.write'],
}
const COMMANDS: Absent = {
  text: 'A script starts no processes; use the functions under tools',
  tools: ['exec', 'execCommand'],
}
const NETWORK: Absent = {
  text: 'A script has no network of its own; use the functions under tools',
  tools: ['web.fetch', 'web.search'],
}
const BROWSER: Absent = { text: 'A script runs in no browser' }
const CONTEXT: Absent = { text: 'A script has no process; what it may know is in context' }

const ABSENT: Readonly<Record<string, Absent>> = {
  require: MODULES,
  module: { text: 'There are no modules in a script; end it with return' },
  exports: { text: 'There are no modules in a script; end it with return' },
  process: CONTEXT,
  Deno: CONTEXT,
  Bun: CONTEXT,
  __dirname: { text: 'A script lies in no folder; context.cwd is where its tools work' },
  __filename: { text: 'A script lies in no file; context.cwd is where its tools work' },
  fs: FILES,
  fsPromises: FILES,
  readFileSync: FILES,
  writeFileSync: FILES,
  path: { text: 'A script has no path module; join paths as strings with /' },
  os: CONTEXT,
  child_process: COMMANDS,
  exec: COMMANDS,
  execSync: COMMANDS,
  spawn: COMMANDS,
  $: COMMANDS,
  fetch: NETWORK,
  axios: NETWORK,
  XMLHttpRequest: NETWORK,
  WebSocket: NETWORK,
  Buffer: { text: 'A script has Uint8Array, TextEncoder, atob and btoa, but no Buffer' },
  crypto: { text: 'A script has no crypto' },
  Intl: { text: 'A script has no Intl; format by hand' },
  setImmediate: { text: 'A script has setTimeout and queueMicrotask, but no setImmediate' },
  global: { text: 'The global object of a script is globalThis' },
  AbortController: { text: 'A script aborts no calls itself: those that it leaves are stopped when it ends' },
  window: BROWSER,
  document: BROWSER,
  localStorage: { text: 'A script keeps data for later ones with store(key, value) and load(key)' },
  print: { text: 'A script writes with console.log or text(value)' },
}

/** Undefined for a name that is simply not defined. */
export function insteadOf(name: string, entries: readonly ScriptToolEntry[]): string | undefined {
  if (!Object.hasOwn(ABSENT, name)) return undefined
  const { text, tools = [] } = ABSENT[name] as Absent
  const found = tools.filter((path) => entries.some((entry) => entry.path === path))
  return found.length === 0
    ? `${text}.`
    : `${text}, such as ${found.map((path) => `tools.${path}`).join(' or ')}.`
}
