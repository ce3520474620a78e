/** A script whose process is killed at any of its calls: when the thread goes on, none of the finished calls is made again. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Codex, TurnError } from '../../src/index.ts'
import { fileStore } from '../../src/stores/index.ts'
import { calls, type ProviderRequest, says, startProvider } from '../../src/testing/index.ts'
import { workshop } from '../fixtures/codex/workshop.ts'
import { tempFolder } from '../support/temp-folder.ts'

const KILLS = 50
const CALLS = 20
const AT_ONCE = 2

const program = fileURLToPath(new URL('../fixtures/codex/script-host.ts', import.meta.url))
const SOURCE = `
let made = 0
for (let n = 0; n < ${CALLS}; n++) {
  await tools.work({ on: [n, Math.random(), Date.now()] })
  made++
  await new Promise((resolve) => setTimeout(resolve, 5))
}
return made`

/** The script once, and then an end. */
const model = (request: ProviderRequest) =>
  request.outputOf('exec') === undefined ? calls('exec', { source: SOURCE }) : says('done')

async function traceIn(folder: string): Promise<string[]> {
  const text = await readFile(path.join(folder, 'trace.txt'), 'utf8').catch(() => '')
  return text.split('\n').filter((line) => line !== '')
}

/** Gives the thread's id, once the host is dead: killed some milliseconds after its script had made so many calls. */
async function killedAfter(
  made: number,
  extraMs: number,
  [state, folder, url]: readonly string[],
): Promise<string> {
  const host = spawn(process.execPath, [program, state ?? '', folder ?? '', url ?? ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(host, 'close')
  let id = ''
  createInterface({ input: host.stdout }).on('line', (line) => {
    if (line.startsWith('thread ')) id = line.slice('thread '.length)
  })
  while ((await traceIn(folder ?? '')).length < made && host.exitCode === null) await delay(1)
  await delay(extraMs)
  host.kill('SIGKILL')
  await closed
  return id
}

test(`${KILLS} kills of a script of ${CALLS} calls: no finished call is made again`, async () => {
  await using state = await tempFolder()
  await using provider = await startProvider(Array.from({ length: 3 * KILLS }, () => model))
  await using codex = new Codex({
    model: 'local/any',
    providers: { local: { baseUrl: provider.url, apiKey: 'test-key', wireApi: 'responses' } },
    store: fileStore(state.path),
  })
  /** What the script's calls were, oldest first, over both processes. */
  const killedAndResumed = async (point: number): Promise<string[]> => {
    await using folder = await tempFolder()
    const id = await killedAfter(1 + (point % CALLS), (point * 7) % 11, [
      state.path,
      folder.path,
      provider.url,
    ])
    // The last kills come after the end of the turn, where there is nothing to go on with.
    await codex
      .resumeThread(id, { packs: [workshop(folder.path)] })
      .continue()
      .catch((error) => expect(error).not.toBeInstanceOf(TurnError))
    return await traceIn(folder.path)
  }
  const traces: string[][] = []
  let next = 0
  const lane = async () => {
    while (next < KILLS) traces.push(await killedAndResumed(next++))
  }

  await Promise.all(Array.from({ length: AT_ONCE }, lane))

  expect(traces).toHaveLength(KILLS)
  for (const trace of traces) {
    const numbers = trace.map((line) => Number(/\[(\d+),/.exec(line)?.[1]))
    // Each call once, in order; where one was under way at the kill, the script was stopped there.
    expect(numbers).toEqual(Array.from({ length: trace.length }, (_, index) => index))
  }
  expect(traces.some(({ length }) => length === CALLS)).toBe(true)
})
