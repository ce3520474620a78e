/** Many turns at once in one process that is warm: what they took together, as the last line that is printed. */

// JavaScript, as the programs that use it are.

const { BENCH_WARM_URL = '', BENCH_URL = '', BENCH_WARM_UPS = '', BENCH_RUNS = '' } = process.env

/** @param run Carries one turn to its end, given a base URL. */
export async function measureAtOnce(run) {
  await Promise.all(Array.from({ length: Number(BENCH_WARM_UPS) }, () => run(BENCH_WARM_URL)))

  let peak = 0
  const look = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10)
  const before = process.cpuUsage()
  const begun = performance.now()
  await Promise.all(Array.from({ length: Number(BENCH_RUNS) }, () => run(BENCH_URL)))
  const partMs = performance.now() - begun
  const { user, system } = process.cpuUsage(before)
  clearInterval(look)
  const memoryMiB = Math.max(peak, process.memoryUsage.rss()) / 2 ** 20
  process.stdout.write(`${JSON.stringify({ partMs, cpuMs: (user + system) / 1000, memoryMiB })}\n`)
}
