/** How many turns one process carries at once, beside the floor: 100 runs of 5 calls, each with a thread file. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, printTable, printTarget, shown } from './support/figures.ts'
import { runsWanted } from './support/options.ts'
import { packageDoor, packageForm } from './support/package-door.ts'
import { type Cost, runProgram } from './support/run-program.ts'
import { startBenchProvider } from './support/start-provider.ts'

const RUNS_AT_ONCE = 100
const WARM_UPS = 20
const CALLS = 5
const requests = RUNS_AT_ONCE * (CALLS + 1)

const contestants = { floor: 'floors/turns-at-once.mjs', ours: 'drivers/turns-at-once.mjs' }
type Name = keyof typeof contestants
const names = Object.keys(contestants) as Name[]

const repeats = runsWanted(7)
using provider = await startBenchProvider()

async function measure(name: Name): Promise<Cost> {
  const folder = await mkdtemp(path.join(tmpdir(), 'codex-ts-bench-'))
  try {
    // Whichever run gets them: each call leads to one more request, so all together are as many as they would be apart.
    const warm = await provider.play({ calls: WARM_UPS * CALLS, deltas: 0 })
    const turns = await provider.play({ calls: RUNS_AT_ONCE * CALLS, deltas: 0 })
    const cost = await runProgram([fileURLToPath(new URL(contestants[name], import.meta.url))], {
      BENCH_WARM_UPS: String(WARM_UPS),
      BENCH_WARM_URL: warm.url,
      BENCH_RUNS: String(RUNS_AT_ONCE),
      BENCH_URL: turns.url,
      BENCH_FOLDER: folder,
      BENCH_DOOR: packageDoor,
    })
    const { asked } = await turns.heard()
    if (asked.length !== requests) throw new Error(`${name} asked ${asked.length} times, not ${requests}`)
    return cost
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const samples: Record<Name, Cost>[] = []
for (let repeat = 0; repeat <= repeats; repeat += 1) {
  const sample = { floor: await measure('floor'), ours: await measure('ours') }
  // The first repeat warms the disk's cache.
  if (repeat > 0) samples.push(sample)
}

const of = (name: Name, key: keyof Cost) => median(samples.map((sample) => sample[name][key]))
/** Repeat by repeat, so that a busy minute meets both alike. */
const over = (key: keyof Cost) => median(samples.map(({ floor, ours }) => ours[key] / floor[key]))

console.log(
  `${RUNS_AT_ONCE} runs of ${CALLS} calls at once in a warm process, ${repeats} repeats, medians. Ours: ${packageForm}.\n`,
)
printTable([
  ['', 'together', 'cpu', 'requests a second', 'cpu a request', 'peak'],
  ...names.map((name) => [
    name,
    `${shown(of(name, 'wallMs'))} ms`,
    `${shown(of(name, 'cpuMs'))} ms`,
    shown((requests / of(name, 'wallMs')) * 1000, 0),
    `${shown(of(name, 'cpuMs') / requests, 2)} ms`,
    `${shown(of(name, 'memoryMiB'))} MiB`,
  ]),
])
console.log()
// Throughput of at least 0.9 of the floor's is a time of at most 1 / 0.9.
printTarget('100 runs over the floor, wall', over('wallMs'), 1.11)
printTarget('100 runs over the floor, cpu', over('cpuMs'), 1.11)
printTarget('100 runs over the floor, memory', over('memoryMiB'), 1.5)
