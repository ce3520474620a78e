/** What a thread of 5,000 turns costs: a turn, early and late; what the process holds on to; and resuming it. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, printTable, printTarget, shown } from './support/figures.ts'
import { runsWanted } from './support/options.ts'
import { packageDoor, packageForm } from './support/package-door.ts'
import { printedBy } from './support/run-program.ts'
import { startBenchProvider } from './support/start-provider.ts'

const TURNS = 5_000
const EVERY = 500
const TURN_BYTES_MAX = 2_048

interface Mark {
  readonly turn: number
  readonly heapBytes: number
  readonly cpuMs: number
}

const runs = runsWanted(5)
using provider = await startBenchProvider()
const folder = await mkdtemp(path.join(tmpdir(), 'codex-ts-bench-'))
const program = (name: string) => fileURLToPath(new URL(name, import.meta.url))

async function run<Printed>(name: string, more: Readonly<Record<string, string>>): Promise<Printed> {
  const { url } = await provider.play({ calls: 0, deltas: 0 })
  const environment = { BENCH_URL: url, BENCH_FOLDER: folder, BENCH_DOOR: packageDoor, ...more }
  const printed = await printedBy(['--expose-gc', program(name)], environment)
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '')
}

try {
  const { id, marks } = await run<{ id: string; marks: Mark[] }>('drivers/long-thread.mjs', {
    BENCH_TURNS: String(TURNS),
    BENCH_EVERY: String(EVERY),
  })
  console.log(`A thread of ${TURNS} turns, each shown itself alone. Ours: ${packageForm}.\n`)
  printTable([
    ['after turn', 'heap', 'cpu, a turn'],
    ...marks.map(({ turn, heapBytes, cpuMs }) => [
      String(turn),
      `${shown(heapBytes / 2 ** 20)} MiB`,
      `${shown(cpuMs, 2)} ms`,
    ]),
  ])

  // Kept open for several processes: each resumes the same thread, which grows by a turn.
  const resumes: { floor: number; ours: number }[] = []
  for (let repeat = 0; repeat <= runs; repeat += 1) {
    const { resumeMs: floor } = await run<{ resumeMs: number }>('floors/resume-thread.mjs', {
      BENCH_THREAD: id,
    })
    const { resumeMs: ours } = await run<{ resumeMs: number }>('drivers/resume-thread.mjs', {
      BENCH_THREAD: id,
    })
    // The first repeat warms the disk's cache.
    if (repeat > 0) resumes.push({ floor, ours })
  }
  const floorMs = median(resumes.map(({ floor }) => floor))
  const oursMs = median(resumes.map(({ ours }) => ours))
  const over = median(resumes.map(({ floor, ours }) => ours / floor))
  console.log(`\nresume: floor ${shown(floorMs)} ms, ours ${shown(oursMs)} ms, × floor ${shown(over, 2)}\n`)

  const [early, late] = [marks.slice(1, 4), marks.slice(-3)]
  const cpu = (some: readonly Mark[]) => median(some.map(({ cpuMs }) => cpuMs))
  const [from, to] = [marks[1], marks.at(-1)]
  const heldBytes =
    from === undefined || to === undefined
      ? Number.NaN
      : (to.heapBytes - from.heapBytes) / (to.turn - from.turn)
  printTarget('a late turn over an early one, cpu', cpu(late) / cpu(early), 1.5)
  // A turn's own items and its usage, as they are kept for the next request.
  printTarget('heap held for a turn', heldBytes, TURN_BYTES_MAX, ' bytes')
  printTarget(`resume of ${TURNS} turns`, oursMs, 1_000, ' ms')
} finally {
  await rm(folder, { recursive: true, force: true })
}
