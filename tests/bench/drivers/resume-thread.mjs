/** A long thread resumed by us: the time from its door to the moment when its turn has begun. */

// JavaScript, as the floor is.

const { BENCH_URL = '', BENCH_FOLDER = '', BENCH_DOOR = '', BENCH_THREAD = '' } = process.env
const { Codex } = await import(BENCH_DOOR)

const codex = new Codex({
  model: 'local/any',
  providers: { local: { baseUrl: BENCH_URL, apiKey: 'bench', wireApi: 'responses' } },
  env: { ...process.env, CODEX_TS_HOME: BENCH_FOLDER },
})
const options = { toolMode: 'direct', history: 'one-shot', sandboxMode: 'danger-full-access' }
// What is loaded when first needed is no part of it.
await codex.startThread({ ...options, workingDirectory: BENCH_FOLDER }).run('warm up')

const begun = performance.now()
let resumeMs
for await (const { type } of codex.resumeThread(BENCH_THREAD, options).run('Go on')) {
  if (type === 'turn.started') resumeMs = performance.now() - begun
}
await codex.close()
process.stdout.write(`${JSON.stringify({ resumeMs })}\n`)
