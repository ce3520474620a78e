/** Many turns at once on us: one Codex, a thread and a thread file for each turn, every event read. */

// JavaScript, as the floor is.

import { measureAtOnce } from '../support/at-once.mjs'

const { BENCH_FOLDER = '', BENCH_DOOR = '', BENCH_WARM_URL = '', BENCH_URL = '' } = process.env
const { Codex } = await import(BENCH_DOOR)

const provider = (baseUrl) => ({ baseUrl, apiKey: 'bench', wireApi: 'responses' })
const codex = new Codex({
  providers: { warm: provider(BENCH_WARM_URL), local: provider(BENCH_URL) },
  limits: { stepsMax: 10_000 },
  env: { ...process.env, CODEX_TS_HOME: BENCH_FOLDER },
})

await measureAtOnce(async (url) => {
  const run = codex
    .startThread({
      model: url === BENCH_URL ? 'local/any' : 'warm/any',
      workingDirectory: BENCH_FOLDER,
      toolMode: 'direct',
      sandboxMode: 'danger-full-access',
    })
    .run('go')
  for await (const _ of run);
  await run
})
await codex.close()
