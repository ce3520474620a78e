/** Runs scripts in `pooled-script-worker.ts`, one at a time. */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

export interface ScriptFloor extends AsyncDisposable {
  run(source: string): Promise<unknown>
}

export async function pooledScriptFloor(echo: (argument: unknown) => Promise<unknown>): Promise<ScriptFloor> {
  const file = createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')
  const wasm = await WebAssembly.compile(await readFile(file))
  const worker = new Worker(new URL('./pooled-script-worker.ts', import.meta.url), { workerData: { wasm } })
  let end: (value: unknown) => void = () => {}
  await new Promise((resolve) => worker.once('message', resolve))

  worker.on('message', async ({ calls, value }: { calls?: Array<[number, string]>; value?: string }) => {
    if (value !== undefined) {
      end(JSON.parse(value))
      return
    }
    const answer = async ([id, argument]: [number, string]) => [id, await echo(JSON.parse(argument))]
    const results = await Promise.all((calls ?? []).map(answer))
    worker.postMessage({ results: JSON.stringify(results) })
  })
  return {
    run: (source) =>
      new Promise((resolve) => {
        end = resolve
        worker.postMessage({ source })
      }),
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}
