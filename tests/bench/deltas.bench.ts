/** What each piece of streamed text costs, beside a loop that joins the pieces. */

import { floor, measureTurn, ours } from './support/contestants.ts'
import { median, shown } from './support/figures.ts'
import { runsWanted } from './support/options.ts'
import { packageForm } from './support/package-door.ts'
import { startBenchProvider } from './support/start-provider.ts'

const FEW = 1
const MANY = 20_001

const runs = runsWanted(7)
using provider = await startBenchProvider()
const contestants = [floor, ours]
const wall = new Map(contestants.map((contestant) => [contestant, [] as number[]]))
const cpu = new Map(contestants.map((contestant) => [contestant, [] as number[]]))

for (let repeat = 0; repeat <= runs; repeat++) {
  for (const contestant of contestants) {
    const few = await measureTurn(contestant, provider, { calls: 0, deltas: FEW })
    const many = await measureTurn(contestant, provider, { calls: 0, deltas: MANY })
    // The first repeat warms the disk's cache.
    if (repeat === 0) continue
    wall.get(contestant)?.push(((many.wallMs - few.wallMs) * 1000) / (MANY - FEW))
    cpu.get(contestant)?.push(((many.cpuMs - few.cpuMs) * 1000) / (MANY - FEW))
  }
}

console.log(`${MANY - FEW} pieces of text, ${runs} repeats, medians. Ours: ${packageForm}.\n`)
for (const contestant of contestants) {
  const [wallMicros, cpuMicros] = [wall, cpu].map((figures) =>
    shown(median(figures.get(contestant) ?? []), 2),
  )
  console.log(`${contestant.name.padEnd(6)} a piece: wall ${wallMicros} µs  cpu ${cpuMicros} µs`)
}
const ratio = (figures: typeof wall) => median(figures.get(ours) ?? []) / median(figures.get(floor) ?? [])
console.log(`\nours over the floor: wall ${shown(ratio(wall), 2)}  cpu ${shown(ratio(cpu), 2)}`)
