/** What importing the package costs a host that does nothing with it yet. */

import { median, printTarget, shown } from './support/figures.ts'
import { runsWanted } from './support/options.ts'
import { packageDoor, packageForm } from './support/package-door.ts'
import { type Cost, runProgram } from './support/run-program.ts'

const report = `const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
console.log(JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, memoryMiB: maxRSS / 1024 }))`
const evaluated = (program: string) => ['--input-type=module', '--eval', program]

const programs = {
  bare: evaluated(report),
  imported: evaluated(`await import(${JSON.stringify(packageDoor)})\n${report}`),
}

const runs = runsWanted(15)
const costs = { bare: [] as Cost[], imported: [] as Cost[] }
for (let repeat = 0; repeat <= runs; repeat++) {
  for (const name of ['bare', 'imported'] as const) {
    const cost = await runProgram(programs[name])
    // The first repeat warms the disk's cache.
    if (repeat > 0) costs[name].push(cost)
  }
}

const of = (name: keyof typeof costs, key: keyof Cost) => median(costs[name].map((cost) => cost[key]))
/** Repeat by repeat, so that a busy minute meets both alike. */
const over = (key: keyof Cost) =>
  median(costs.imported.map((cost, index) => cost[key] - (costs.bare[index]?.[key] ?? Number.NaN)))

console.log(`The root import, ${runs} repeats, medians. Ours: ${packageForm}.\n`)
for (const name of ['bare', 'imported'] as const) {
  const [wall, cpu, memory] = (['wallMs', 'cpuMs', 'memoryMiB'] as const).map((key) => shown(of(name, key)))
  console.log(`${name.padEnd(10)} wall ${wall} ms  cpu ${cpu} ms  peak ${memory} MiB`)
}
console.log()
printTarget('over bare Node, wall', over('wallMs'), 40, ' ms')
printTarget('over bare Node, memory', over('memoryMiB'), 15, ' MiB')
