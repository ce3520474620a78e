/** What a tool turn costs: whole processes, from spawn to exit, beside the floor and the real Codex. */

import { type Contestant, floor, gaps, measureTurn, ours, realCodex } from './support/contestants.ts'
import { median, printTable, printTarget, shown } from './support/figures.ts'
import { runsWanted } from './support/options.ts'
import { packageForm } from './support/package-door.ts'
import { startBenchProvider } from './support/start-provider.ts'

const FEW = 0
const MANY = 50

interface Sample {
  readonly few: Awaited<ReturnType<typeof measureTurn>>
  readonly many: Awaited<ReturnType<typeof measureTurn>>
}

const runs = runsWanted(7)
using provider = await startBenchProvider()
await using codex = await realCodex()
const contestants: Contestant[] = [floor, ours, ...(codex === null ? [] : [codex])]

const samples = new Map<Contestant, Sample[]>(contestants.map((contestant) => [contestant, []]))
for (let repeat = 0; repeat <= runs; repeat++) {
  for (const contestant of contestants) {
    const few = await measureTurn(contestant, provider, { calls: FEW, deltas: 0 })
    const many = await measureTurn(contestant, provider, { calls: MANY, deltas: 0 })
    // The first repeat warms the disk's cache.
    if (repeat > 0) samples.get(contestant)?.push({ few, many })
  }
}

const of = (contestant: Contestant, figure: (sample: Sample) => number) =>
  median((samples.get(contestant) ?? []).map(figure))
/** Inside each repeat, so that a busy minute meets both ends alike. */
const slope = (contestant: Contestant, key: 'wallMs' | 'cpuMs') =>
  of(contestant, ({ few, many }) => (many[key] - few[key]) / (MANY - FEW))
const gap = (contestant: Contestant) => of(contestant, ({ many }) => median(gaps(many)))

console.log(`Turns of ${FEW} and ${MANY} calls, ${runs} repeats, medians. Ours: ${packageForm}.\n`)
printTable([
  ['', 'no call: wall', 'cpu', `${MANY} calls: wall`, 'cpu', 'peak', 'a turn: wall', 'cpu', 'gap'],
  ...contestants.map((contestant) => [
    contestant.name,
    `${shown(of(contestant, ({ few }) => few.wallMs))} ms`,
    `${shown(of(contestant, ({ few }) => few.cpuMs))} ms`,
    `${shown(of(contestant, ({ many }) => many.wallMs))} ms`,
    `${shown(of(contestant, ({ many }) => many.cpuMs))} ms`,
    `${shown(of(contestant, ({ many }) => many.memoryMiB))} MiB`,
    `${shown(slope(contestant, 'wallMs'), 2)} ms`,
    `${shown(slope(contestant, 'cpuMs'), 2)} ms`,
    `${shown(gap(contestant), 2)} ms`,
  ]),
])
console.log()
printTarget('a tool turn over the floor, wall', slope(ours, 'wallMs') / slope(floor, 'wallMs'), 1.8)
printTarget('a tool turn over the floor, cpu', slope(ours, 'cpuMs') / slope(floor, 'cpuMs'), 1.8)
const overCodex = codex === null ? Number.NaN : slope(ours, 'wallMs') / slope(codex, 'wallMs')
printTarget("a tool turn over Codex's, wall", overCodex, 0.17)
