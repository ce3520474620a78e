/** Hosts that are killed at any moment, and threads that lose nothing and do nothing twice. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Codex, type Thread } from '../../src/index.ts'
import { isCall, isCallOutput, type ResponseItem } from '../../src/protocol/response-item.ts'
import type { ThreadRecord } from '../../src/protocol/thread-record.ts'
import { fileStore } from '../../src/stores/index.ts'
import {
  calls,
  type ProviderRequest,
  type ScriptedProvider,
  says,
  startProvider,
} from '../../src/testing/index.ts'
import {
  errandCodex,
  errandModel,
  promptOf,
  TURNS,
  threadOptions,
  traceOf,
  turnOfPrompt,
} from '../fixtures/codex/errands.ts'
import { type TempFolder, tempFolder } from '../support/temp-folder.ts'

const KILLS = 200
/** Threads that one process runs side by side: a kill meets each of them at another point. */
const LANES = 8
const HOSTS_AT_ONCE = 2
/** Nothing here takes a second on an idle machine. */
const STEP_MS_MAX = 120_000

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/codex/${name}`, import.meta.url))
const program = fixture('run-errands.ts')
const dyingProgram = fixture('die-at-work.ts')

/** What it gives; or an error that says what was waited for, and how things stood. */
async function within<Result>(
  deed: string,
  work: Promise<Result>,
  state: () => string = () => '',
): Promise<Result> {
  const stop = new AbortController()
  const late = delay(STEP_MS_MAX, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`${deed} did not come to its end. ${state()}`)
  })
  late.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    stop.abort()
  }
}

/** The same chances for the same seed (mulberry32), so that a kill can be repeated as nearly as a clock allows. */
function chances(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A host, its provider and its folders. */
interface Host extends AsyncDisposable {
  readonly provider: ScriptedProvider
  readonly state: TempFolder
  readonly folder: TempFolder
  /** The threads' ids by lane, and the turns that the host was told the end of. */
  readonly ids: Map<number, string>
  readonly ended: Map<number, number>
  /** The process; killed once so many requests have come, and a moment has passed. */
  run(cache: string, kill?: { readonly afterRequests: number; readonly delayMs: number }): Promise<void>
}

async function newHost(): Promise<Host> {
  const [state, folder] = [await tempFolder(), await tempFolder()]
  let heard: (request: ProviderRequest) => void = () => {}
  const answer = (request: ProviderRequest) => {
    heard(request)
    return errandModel(request)
  }
  const provider = await startProvider([], { whenScriptEnds: answer })
  const ids = new Map<number, string>()
  const ended = new Map<number, number>()

  async function run(
    cache: string,
    kill?: { readonly afterRequests: number; readonly delayMs: number },
  ): Promise<void> {
    const child = spawn(process.execPath, [program, state.path, folder.path, provider.url, String(LANES)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: cache },
    })
    const closed = once(child, 'close')
    if (kill !== undefined) heard = killAt(child, kill)
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, lane, rest = ''] = line.split(' ')
      if (word === 'lane') ids.set(Number(lane), rest)
      else ended.set(Number(lane), Number(rest) + 1)
    }
    const [code] = await closed
    heard = () => {}
    if (kill === undefined) expect(code).toBe(0)
  }

  return {
    provider,
    state,
    folder,
    ids,
    ended,
    run,
    async [Symbol.asyncDispose]() {
      for (const part of [provider, folder, state]) await part[Symbol.asyncDispose]()
    },
  }
}

function killAt(
  child: ChildProcess,
  { afterRequests, delayMs }: { readonly afterRequests: number; readonly delayMs: number },
): () => void {
  let count = 0
  return () => {
    count += 1
    if (count === afterRequests) setTimeout(() => child.kill('SIGKILL'), delayMs)
  }
}

/** What a thread file held at some moment. */
interface Kept {
  /** Its whole lines. */
  readonly text: string
  readonly records: readonly ThreadRecord[]
}

function keptIn({ state }: Host, id: string): Kept {
  const file = path.join(state.path, 'threads', `${id}.jsonl`)
  if (!existsSync(file)) return { text: '', records: [] }
  const whole = readFileSync(file, 'utf8')
  const text = whole.slice(0, whole.lastIndexOf('\n') + 1)
  const records = text.split('\n').slice(0, -1)
  return { text, records: records.map((line): ThreadRecord => JSON.parse(line)) }
}

const itemsIn = (records: readonly ThreadRecord[]): ResponseItem[] =>
  records.flatMap((record) => (record.type === 'response_item' ? [record.item] : []))

/** The prompts among the items, by their turns. */
const promptsIn = (items: readonly ResponseItem[]): number[] =>
  items.flatMap((item) => {
    if (item.type !== 'message' || item.role !== 'user') return []
    const [part] = item.content
    const prompt = part?.type === 'input_text' ? turnOfPrompt(part.text) : null
    return prompt === null ? [] : [prompt.turn]
  })

/** Goes on with a lane as a host would that knows no more than the thread's own records, to the end of its last turn. */
async function finish(codex: Codex, host: Host, lane: number, kept: Kept, say: (deed: string) => void) {
  const id = host.ids.get(lane)
  const isThere = kept.records.some(({ type }) => type === 'thread_meta')
  const options = threadOptions(host.folder.path)
  const thread: Thread =
    id !== undefined && isThere ? codex.resumeThread(id, options) : codex.startThread(options)
  const lastStart = kept.records.findLastIndex(({ type }) => type === 'turn_started')
  const lastEnd = kept.records.findLastIndex(({ type }) => type === 'turn_ended')
  const asked = promptsIn(itemsIn(kept.records))
  const isPromptOpen = lastStart > lastEnd && promptsIn(itemsIn(kept.records.slice(lastStart))).length > 0
  if (isPromptOpen) {
    say('continue')
    await thread.continue()
  }
  for (let turn = (asked.at(-1) ?? -1) + 1; turn < TURNS; turn += 1) {
    say(`turn ${turn}`)
    await thread.run(promptOf(lane, turn))
  }
  await thread.close()
  return thread.id
}

/** Nothing lost, nothing twice: the file, the tools' marks and the last request agree. */
function check(host: Host, lane: number, id: string, before: Kept): void {
  const after = keptIn(host, id)
  expect(after.text.startsWith(before.text), 'what was kept before the kill is the same, byte for byte').toBe(
    true,
  )

  const acknowledged = host.ended.get(lane) ?? 0
  const ends = before.records.filter(({ type }) => type === 'turn_ended')
  expect(ends.length, 'turns that the host was told the end of').toBeGreaterThanOrEqual(acknowledged)

  const everyTurn = Array.from({ length: TURNS }, (_, turn) => turn)
  const items = itemsIn(after.records)
  expect(promptsIn(items), 'each prompt is kept once, in its place').toEqual(everyTurn)

  const request = host.provider.requests.findLast((each) =>
    each.texts('user').includes(promptOf(lane, TURNS - 1)),
  )
  const prompts = request?.texts('user').flatMap((text) => turnOfPrompt(text)?.turn ?? [])
  expect(prompts, 'the last request holds each prompt once').toEqual(everyTurn)

  const trace = existsSync(traceOf(host.folder.path, lane))
    ? readFileSync(traceOf(host.folder.path, lane), 'utf8').trim().split('\n')
    : []
  expect(trace, 'no errand was run twice').toEqual([...new Set(trace)])
  const told = new Set(
    outputsIn(items).flatMap((text) => [...text.matchAll(/left (\d+\.\d)/g)].map(([, mark]) => mark)),
  )
  expect(
    [...told].filter((mark) => !trace.includes(mark ?? '')),
    'an errand that was told of was run',
  ).toEqual([])
  const asked = items
    .filter(isCall)
    .map((call) => (call.type === 'function_call' ? call.arguments : call.input))
  expect(
    trace.filter((mark) => !asked.some((input) => input.includes(`"${mark}`))),
    'an errand that was run was asked for in what is kept',
  ).toEqual([])
  // Those of turns that no kill met are told of, every one.
  expect(trace.length - told.size, 'errands whose outcome nobody knows').toBeLessThanOrEqual(3)

  const callIds = items.filter(isCall).map(({ call_id }) => call_id)
  const outputIds = items.filter(isCallOutput).map(({ call_id }) => call_id)
  expect(outputIds.toSorted(), 'each call is answered once').toEqual(callIds.toSorted())
}

const outputsIn = (items: readonly ResponseItem[]): string[] =>
  items
    .filter(isCallOutput)
    .map(({ output }) => (typeof output === 'string' ? output : JSON.stringify(output)))

async function killedAndFinished(seed: number, requestsMax: number, cache: string): Promise<void> {
  const chance = chances(seed)
  const kill = { afterRequests: 1 + Math.floor(chance() * requestsMax), delayMs: chance() * 12 }
  await using host = await newHost()
  await within(
    `the host of seed ${seed}`,
    host.run(cache, kill),
    () => `${host.provider.requests.length} requests`,
  )

  const deeds = new Map<number, string>()
  const kept = Array.from({ length: LANES }, (_, lane) => keptIn(host, host.ids.get(lane) ?? 'none'))
  await using codex = errandCodex(host.state.path, host.folder.path, host.provider.url)
  const lanes = kept.map(async (before, lane) => {
    const id = await finish(codex, host, lane, before, (deed) => deeds.set(lane, deed))
    deeds.set(lane, 'done')
    return id
  })
  const standing = () =>
    JSON.stringify({ seed, kill, deeds: [...deeds], requests: host.provider.requests.length })
  const ids = await within('going on', Promise.all(lanes), standing)
  await within('closing', codex.close(), standing)

  for (const [lane, before] of kept.entries()) {
    try {
      check(host, lane, ids[lane] ?? '', before)
    } catch (error) {
      throw new Error(`Lane ${lane} of ${standing()}`, { cause: error })
    }
  }
}

test(`${KILLS} threads whose process is killed at any moment lose nothing and do nothing twice`, {
  timeout: 900_000,
}, async () => {
  await using cache = await tempFolder()
  await using whole = await newHost()
  await within('the host that nobody kills', whole.run(cache.path))
  const requestsMax = whole.provider.requests.length

  const seeds = Array.from({ length: KILLS / LANES }, (_, index) => index + 1).values()
  const work = async () => {
    for (const seed of seeds) await killedAndFinished(seed, requestsMax, cache.path)
  }
  await Promise.all(Array.from({ length: HOSTS_AT_ONCE }, work))
})

test('a call that changes something is kept before it begins', async () => {
  await using state = await tempFolder()
  await using folder = await tempFolder()
  await using provider = await startProvider([calls('pay', { bill: 'B1' }), says('I will look.')])
  const child = spawn(process.execPath, [dyingProgram, state.path, folder.path, provider.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')])

  await using codex = new Codex({
    model: 'local/any',
    providers: { local: { baseUrl: provider.url, apiKey: 'test-key', wireApi: 'responses' } },
    store: fileStore(state.path),
  })
  await within('going on', codex.resumeThread(said.trim(), { toolMode: 'direct' }).run('And now?'))

  expect(readFileSync(path.join(folder.path, 'trace.txt'), 'utf8')).toBe('paid B1\n')
  expect(provider.requests[1]?.outputOf('pay')).toMatch(/under way.*look before you repeat/s)
})
