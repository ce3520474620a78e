/** Whether a turn gets slower as it goes: the client's time between two requests, early and late in one run. */

import { floor, gaps, measureTurn, ours } from './support/contestants.ts'
import { median, printTarget, shown } from './support/figures.ts'
import { runsWanted } from './support/options.ts'
import { packageForm } from './support/package-door.ts'
import { startBenchProvider } from './support/start-provider.ts'

/** Some turns on either side steady the figure. */
const EARLY = [5, 15] as const
const LATE = [390, 400] as const

const runs = runsWanted(5)
using provider = await startBenchProvider()
const contestants = [floor, ours]
const figures = new Map(
  contestants.map((contestant) => [contestant, [] as { early: number; late: number }[]]),
)

for (let repeat = 0; repeat < runs; repeat++) {
  for (const contestant of contestants) {
    const all = gaps(await measureTurn(contestant, provider, { calls: LATE[1], deltas: 0 }))
    figures.get(contestant)?.push({
      early: median(all.slice(...EARLY)),
      late: median(all.slice(...LATE)),
    })
  }
}

console.log(`A run of ${LATE[1]} calls, ${runs} repeats, medians. Ours: ${packageForm}.\n`)
for (const contestant of contestants) {
  const all = figures.get(contestant) ?? []
  const [early, late] = [median(all.map((run) => run.early)), median(all.map((run) => run.late))]
  console.log(
    `${contestant.name.padEnd(6)} gap at turn 10: ${shown(early, 2)} ms  at turn 400: ${shown(late, 2)} ms`,
  )
}
console.log()
const growth = median((figures.get(ours) ?? []).map(({ early, late }) => late / early))
printTarget('ours, turn 400 over turn 10', growth, 1.5)
