/** What an engine is made of once it is used: a pool, a source preparer, and the tools' names as workers are told them. */

import { availableParallelism } from 'node:os'
import type { Log } from '../observability/log.ts'
import { messageOf } from '../protocol/errors.ts'
import { PoolBusyError } from './errors.ts'
import { explainPrepared, failure } from './explain-failure.ts'
import type { ScriptLimits } from './limits.ts'
import type { PooledWorker } from './pooled-worker.ts'
import type { ScriptRunSettings } from './script-engine.ts'
import type { ScriptFailure, ScriptResult } from './script-result.ts'
import { ScriptRun } from './script-run.ts'
import type { ScriptToolEntry } from './script-tools.ts'
import { SourcePreparer } from './source-preparer.ts'
import type { Catalogue } from './worker-messages.ts'
import { WorkerPool } from './worker-pool.ts'

const POOL_SIZE = 2
const POOL_SIZE_MAX = 16
const WAITING_MAX = 256

export interface ScriptRuntimeOptions {
  readonly poolSize: number | undefined
  readonly poolSizeMax: number | undefined
  readonly waitingMax: number | undefined
  readonly limits: ScriptLimits
  readonly log: Log
}

export class ScriptRuntime implements AsyncDisposable {
  readonly #pool: WorkerPool
  readonly #preparer = new SourcePreparer()
  readonly #log: Log
  readonly #catalogues = new WeakMap<readonly ScriptToolEntry[], Catalogue>()
  #catalogueCount = 0
  #runCount = 0

  constructor({
    poolSize,
    poolSizeMax = POOL_SIZE_MAX,
    waitingMax = WAITING_MAX,
    limits,
    log,
  }: ScriptRuntimeOptions) {
    const size = poolSize ?? Math.min(POOL_SIZE, availableParallelism())
    const { memoryBytesMax, stackBytesMax } = limits
    this.#pool = new WorkerPool({
      size,
      sizeMax: Math.max(size, poolSizeMax),
      waitingMax,
      memoryBytesMax,
      stackBytesMax,
    })
    this.#log = log
  }

  async warm(): Promise<void> {
    this.#preparer.warm()
    await this.#pool.warm()
  }

  /** Never rejects. */
  async run(source: string, settings: ScriptRunSettings, limits: ScriptLimits): Promise<ScriptResult> {
    const { tools, signal } = settings
    if (signal?.aborted) return refused(abortedBefore(source))
    const size = source.length * 3 <= limits.sourceBytesMax ? 0 : Buffer.byteLength(source)
    if (size > limits.sourceBytesMax) {
      const message = `The script is ${size} bytes long; at most ${limits.sourceBytesMax} are taken. Keep data in files.`
      return refused(failure('limit-args', message, source))
    }

    // A first script finds its worker starting while its source is made ready.
    this.#pool.start()
    const asked = this.#preparer.prepare(source)
    const prepared = asked instanceof Promise ? await asked : asked
    if (!prepared.ok) return refused(explainPrepared(prepared, { source, entries: tools.entries, limits }))

    const worker = await this.#acquire(source, signal)
    if ('kind' in worker) return refused(worker)
    const { context = {}, stored, onEvent } = settings
    const runId = ++this.#runCount
    const catalogue = this.#catalogueOf(tools.entries)
    const run = new ScriptRun(
      worker,
      {
        runId,
        source,
        body: prepared.body,
        sourceMap: prepared.sourceMap,
        catalogue,
        tools,
        limits,
        context,
        signal,
        stored,
        onEvent,
        log: this.#log,
      },
      (state) => this.#pool.release(worker, state),
    )
    return run.result()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#pool[Symbol.asyncDispose](), this.#preparer[Symbol.asyncDispose]()])
  }

  async #acquire(source: string, signal: AbortSignal | undefined): Promise<PooledWorker | ScriptFailure> {
    try {
      return await this.#pool.acquire(signal)
    } catch (error) {
      if (signal?.aborted) return abortedBefore(source)
      return failure(error instanceof PoolBusyError ? 'busy' : 'killed', messageOf(error), source)
    }
  }

  #catalogueOf(entries: readonly ScriptToolEntry[]): Catalogue {
    const known = this.#catalogues.get(entries)
    if (known !== undefined) return known
    const names = entries.map(({ path, aliases }) => ({ path, ...(aliases !== undefined && { aliases }) }))
    const all = JSON.stringify(entries.map(({ path, description }) => ({ name: path, description })))
    const catalogue = { id: ++this.#catalogueCount, names, all }
    this.#catalogues.set(entries, catalogue)
    return catalogue
  }
}

const abortedBefore = (source: string) =>
  failure('aborted', 'The script was aborted before it started.', source)

const refused = (error: ScriptFailure): ScriptResult => ({
  ok: false,
  error,
  output: [],
  calls: [],
  logs: [],
  warnings: [],
})
