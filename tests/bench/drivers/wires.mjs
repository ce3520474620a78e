/** One client on one wire API: what a turn, a piece of text, and the first of them cost. */

// JavaScript, as the floor is.

const { BENCH_URL = '', BENCH_ADAPTER = '', BENCH_WIRE = '' } = process.env
const { load, create } = await import(BENCH_ADAPTER)
const api = await load()

const CALLS = 50
const PIECES = 5_000
const FIRSTS = 25

let count = 0
const session = (play) =>
  create(api, {
    wire: BENCH_WIRE,
    base: BENCH_URL,
    model: `${play}--run-${process.pid}-${++count}`,
    exec: ({ a, b }) => String(a + b),
  })

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

/** Milliseconds of the clock and of the processor. */
async function costOf(work) {
  const cpuBefore = process.cpuUsage()
  const start = performance.now()
  await work()
  const wallMs = performance.now() - start
  const { user, system } = process.cpuUsage(cpuBefore)
  return { wallMs, cpuMs: (user + system) / 1000 }
}

async function perPart(play, parts, repeats) {
  const costs = []
  for (let repeat = -2; repeat < repeats; repeat++) {
    const cost = await costOf(() => session(play).send('go', { onDelta() {} }))
    // The first ones warm the code up.
    if (repeat >= 0) costs.push(cost)
  }
  return {
    wallMs: median(costs.map(({ wallMs }) => wallMs)) / parts,
    cpuMs: median(costs.map(({ cpuMs }) => cpuMs)) / parts,
  }
}

async function firstDeltaMs(open) {
  const times = []
  for (let repeat = -5; repeat < FIRSTS; repeat++) {
    const at = open()
    const start = performance.now()
    let first
    await at.send('go', { onDelta: () => (first ??= performance.now() - start) })
    if (repeat >= 0) times.push(first)
  }
  return median(times)
}

const turn = await perPart(`calls-${CALLS}`, CALLS + 1, 5)
const piece = await perPart(`text-${PIECES}`, PIECES, 5)
const kept = session('text-20')
process.stdout.write(
  JSON.stringify({
    turn,
    piece,
    firstOfThreadMs: await firstDeltaMs(() => session('text-20')),
    firstMs: await firstDeltaMs(() => kept),
  }),
)
process.exit(0)
