/** A turn on us, whole: direct tools, thread files, every event read. */

// JavaScript, as the floor is.

import { printCost } from '../support/print-cost.mjs'

const { BENCH_URL = '', BENCH_FOLDER = '', BENCH_DOOR = '' } = process.env
const { Codex } = await import(BENCH_DOOR)

const codex = new Codex({
  model: 'local/any',
  providers: { local: { baseUrl: BENCH_URL, apiKey: 'bench', wireApi: 'responses' } },
  limits: { stepsMax: 10_000 },
  env: { ...process.env, CODEX_TS_HOME: BENCH_FOLDER },
})
const thread = codex.startThread({
  workingDirectory: BENCH_FOLDER,
  toolMode: 'direct',
  sandboxMode: 'danger-full-access',
})

const run = thread.run('go')
for await (const _ of run);
await run
await codex.close()
printCost()
