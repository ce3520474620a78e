/** The last line of a program's output, by which it reports what it cost. */

export function printCost() {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const cost = { cpuMs: (userCPUTime + systemCPUTime) / 1000, memoryMiB: maxRSS / 1024 }
  process.stdout.write(`${JSON.stringify(cost)}\n`)
}
