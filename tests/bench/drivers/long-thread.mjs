/** A thread of thousands of turns on us: what the process holds, and what a turn costs, every so many turns. */

// JavaScript, as the floor is.

const { BENCH_URL = '', BENCH_FOLDER = '', BENCH_DOOR = '', BENCH_TURNS = '', BENCH_EVERY = '' } = process.env
const { Codex } = await import(BENCH_DOOR)

const codex = new Codex({
  model: 'local/any',
  providers: { local: { baseUrl: BENCH_URL, apiKey: 'bench', wireApi: 'responses' } },
  env: { ...process.env, CODEX_TS_HOME: BENCH_FOLDER },
})
// Each turn is shown itself alone: otherwise what is sent grows with the thread, and hides all else.
const thread = codex.startThread({
  workingDirectory: BENCH_FOLDER,
  toolMode: 'direct',
  history: 'one-shot',
  sandboxMode: 'danger-full-access',
})

const marks = []
let cpuBefore = process.cpuUsage()
for (let turn = 1; turn <= Number(BENCH_TURNS); turn += 1) {
  const run = thread.run(`Turn ${turn}`)
  for await (const _ of run);
  await run
  if (turn % Number(BENCH_EVERY) !== 0) continue
  const { user, system } = process.cpuUsage(cpuBefore)
  globalThis.gc()
  marks.push({
    turn,
    heapBytes: process.memoryUsage().heapUsed,
    cpuMs: (user + system) / 1000 / Number(BENCH_EVERY),
  })
  cpuBefore = process.cpuUsage()
}
const { id } = thread
await codex.close()
process.stdout.write(`${JSON.stringify({ id, marks })}\n`)
