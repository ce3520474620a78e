/** What adding an item to a thread costs, beside the bare calls that no store can do without; reading a long one, too. */

import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import type { ThreadId } from '../../src/protocol/ids.ts'
import type { ThreadRecord } from '../../src/protocol/thread-record.ts'
import type { StoreWithCache } from '../../src/stores/index.ts'
import { hasRedisServer, startRedisServer } from '../support/redis-server.ts'
import { median, printTable, printTarget, shown } from './support/figures.ts'
import { runsWanted } from './support/options.ts'
import { packageDoor, packageForm } from './support/package-door.ts'

const APPENDS = 300
const TURNS = 1_000

const door = new URL(packageDoor.endsWith('.js') ? './stores.js' : './stores/index.ts', packageDoor)
const { fileStore, memoryStore, redisStore, sqliteStore }: typeof import('../../src/stores/index.ts') =
  await import(door.href)

/** Adds one record, or reads all of a thread of `TURNS` turns. */
interface Contestant extends AsyncDisposable {
  readonly name: string
  append(): Promise<unknown>
  resume(): Promise<{ readonly length: number }>
}

const says = (role: 'user' | 'assistant', text: string): ThreadRecord => ({
  type: 'response_item',
  item: { type: 'message', role, content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }] },
})
const item = says('assistant', 'The plan has two steps. '.repeat(40))
const usage = {
  input_tokens: 1,
  cached_input_tokens: 0,
  cache_write_input_tokens: 0,
  output_tokens: 1,
  reasoning_output_tokens: 0,
}
const manyTurns = Array.from({ length: TURNS }, (_, index): ThreadRecord[] => {
  const [turnId, callId] = [`turn-${index}`, `call-${index}`]
  return [
    { type: 'turn_started', turnId, options: { sandboxMode: 'read-only', model: 'local/any' } },
    says('user', `What does file ${index} say?`),
    {
      type: 'response_item',
      item: { type: 'function_call', call_id: callId, name: 'read_file', arguments: '{"path":"plan.md"}' },
    },
    {
      type: 'response_item',
      item: { type: 'function_call_output', call_id: callId, output: 'A line of text.\n'.repeat(60) },
    },
    says('assistant', 'It says a line of text, sixty times.'),
    { type: 'turn_ended', turnId, status: 'completed', usage },
  ]
}).flat()

const folder = await mkdtemp(path.join(tmpdir(), 'codex-ts-bench-'))

/** The least that a Node program does for the same: one write by an open handle; one read, and JSON of each line. */
async function floor(): Promise<Contestant> {
  const handle = await open(path.join(folder, 'floor.jsonl'), 'a', 0o600)
  const long = path.join(folder, 'floor-long.jsonl')
  await using made = await open(long, 'w', 0o600)
  await made.writeFile(
    manyTurns.map((record) => `${JSON.stringify({ t: new Date(), ...record })}\n`).join(''),
  )
  return {
    name: 'floor',
    append: () => handle.appendFile(`${JSON.stringify({ t: new Date(), ...item })}\n`),
    resume: async () => {
      const lines = (await readFile(long, 'utf8')).trimEnd().split('\n')
      return lines.map((line): unknown => JSON.parse(line))
    },
    [Symbol.asyncDispose]: () => handle.close(),
  }
}

async function ours(name: string, store: StoreWithCache, ground?: AsyncDisposable): Promise<Contestant> {
  const metaOf = (id: string) => ({ id, createdAt: 0, workingDirectory: folder })
  const writer = await store.threads.create(metaOf('short'))
  await using long = await store.threads.create(metaOf('long'))
  for (let from = 0; from < manyTurns.length; from += 6) await long.append(manyTurns.slice(from, from + 6))
  return {
    name,
    append: () => writer.append([item]),
    resume: () => store.threads.read('long' as ThreadId),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await ground?.[Symbol.asyncDispose]()
    },
  }
}

async function onRedis(): Promise<Contestant> {
  const server = await startRedisServer()
  const client = new Redis(server.socket)
  return ours('redis', redisStore(client), {
    async [Symbol.asyncDispose]() {
      await client.quit()
      await server[Symbol.asyncDispose]()
    },
  })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

const runs = runsWanted(7)
await using contestants = new AsyncDisposableStack()
contestants.defer(() => rm(folder, { recursive: true, force: true }))
const bare = contestants.use(await floor())
const files = contestants.use(await ours('files', fileStore(path.join(folder, 'files'))))
const sqlite = contestants.use(await ours('sqlite', sqliteStore(path.join(folder, 'store.db'))))
const all = [
  bare,
  files,
  sqlite,
  contestants.use(await ours('memory', memoryStore())),
  ...(hasRedisServer ? [contestants.use(await onRedis())] : []),
]
const figures = new Map(all.map((each) => [each, [] as { appendMs: number; resumeMs: number }[]]))

for (let repeat = 0; repeat <= runs; repeat += 1) {
  for (const contestant of all) {
    const appends: number[] = []
    for (let count = 0; count < APPENDS; count += 1) appends.push(await timed(() => contestant.append()))
    const resumeMs = await timed(() => contestant.resume())
    // The first repeat warms everybody up.
    if (repeat > 0) figures.get(contestant)?.push({ appendMs: median(appends), resumeMs })
  }
}

const of = (contestant: Contestant, key: 'appendMs' | 'resumeMs') =>
  median((figures.get(contestant) ?? []).map((run) => run[key]))
/** Repeat by repeat, so that a busy minute meets both alike. */
const over = (contestant: Contestant, key: 'appendMs' | 'resumeMs') =>
  median(
    (figures.get(contestant) ?? []).map(
      (run, index) => run[key] / (figures.get(bare)?.[index]?.[key] ?? Number.NaN),
    ),
  )

console.log(
  `${APPENDS} appends of 1 KB one by one, then ${TURNS} turns (${manyTurns.length} records) read; ` +
    `${runs} repeats, medians. Nothing is flushed. Ours: ${packageForm}.\n`,
)
printTable([
  ['', 'append', '× floor', 'resume', '× floor'],
  ...all.map((each) => [
    each.name,
    `${shown(of(each, 'appendMs'), 3)} ms`,
    shown(over(each, 'appendMs'), 2),
    `${shown(of(each, 'resumeMs'), 1)} ms`,
    shown(over(each, 'resumeMs'), 2),
  ]),
])
console.log()
printTarget('files, an append', of(files, 'appendMs'), 0.2, ' ms')
printTarget('files, a resume', of(files, 'resumeMs'), 150, ' ms')
printTarget('sqlite, a resume', of(sqlite, 'resumeMs'), 150, ' ms')
