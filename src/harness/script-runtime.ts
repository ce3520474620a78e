/** What an engine is made of once it is used: a pool, a source preparer, and the tools' names as workers are told them. */

import { availableParallelism } from 'node:os'
import type { Log } from '../observability/log.ts'
import { messageOf } from '../protocol/errors.ts'
import { PoolBusyError } from './errors.ts'
import { explainPrepared, failure } from './explain-failure.ts'
import type { ScriptLimits } from './limits.ts'
import type { PooledWorker } from './pooled-worker.ts'
import type { ScriptRunSettings } from './script-engine.ts'
import { resolveReplay, type ScriptSamples } from './script-replay.ts'
import type { ScriptFailure, ScriptResult } from './script-result.ts'
import { ScriptRun } from './script-run.ts'
import { setupOf } from './script-setup.ts'
import type { ScriptToolEntry, ScriptTools } from './script-tools.ts'
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
  readonly #catalogues = {
    calling: new WeakMap<readonly ScriptToolEntry[], Catalogue>(),
    spawning: new WeakMap<readonly ScriptToolEntry[], Catalogue>(),
  }
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

  /** @throws {OptionError} A context or a replay that cannot be meant. */
  async run(source: string, settings: ScriptRunSettings, limits: ScriptLimits): Promise<ScriptResult> {
    const { tools, signal, stored, onEvent, onSampled } = settings
    const replay = resolveReplay(settings.replay)
    const setup = setupOf(settings, limits, replay)
    if (signal?.aborted) return refused(abortedBefore(source))
    const size = source.length * 3 <= limits.sourceBytesMax ? 0 : Buffer.byteLength(source)
    if (size > limits.sourceBytesMax) {
      const message = `The script is ${size} bytes long; at most ${limits.sourceBytesMax} are taken. Keep data in files.`
      return refused(failure('limit-args', message, source))
    }

    // A first script finds its worker starting while its source is made ready.
    this.#pool.start()
    const asked = this.#preparer.prepare(source, limits.wallMs)
    const prepared = asked instanceof Promise ? await orAborted(asked, signal) : asked
    if (prepared === 'aborted') return refused(abortedBefore(source))
    if (!prepared.ok) return refused(explainPrepared(prepared, { source, entries: tools.entries }))

    const worker = await this.#acquire(source, signal)
    if ('kind' in worker) return refused(worker)
    const runId = ++this.#runCount
    if (settings.replay === undefined) tellSafely(onSampled, replay, this.#log)
    const run = new ScriptRun(
      worker,
      {
        runId,
        source,
        body: prepared.body,
        sourceMap: prepared.sourceMap,
        setup,
        catalogue: this.#catalogueOf(tools),
        tools,
        limits,
        signal,
        stored,
        onEvent,
        onSampled: onSampled && ((clock) => tellSafely(onSampled, { seed: replay.seed, clock }, this.#log)),
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

  #catalogueOf({ entries, spawn }: ScriptTools): Catalogue {
    const spawns = spawn !== undefined
    const catalogues = spawns ? this.#catalogues.spawning : this.#catalogues.calling
    const known = catalogues.get(entries)
    if (known !== undefined) return known
    const names = entries.map(({ path, aliases }) => ({ path, ...(aliases !== undefined && { aliases }) }))
    const all = JSON.stringify(entries.map(({ path, description }) => ({ name: path, description })))
    const catalogue = { id: ++this.#catalogueCount, names, all, spawns }
    catalogues.set(entries, catalogue)
    return catalogue
  }
}

async function orAborted<Value>(
  work: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value | 'aborted'> {
  if (signal === undefined) return await work
  const { promise, resolve } = Promise.withResolvers<'aborted'>()
  const onAbort = () => resolve('aborted')
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** A host's callback does not break the run it is told of. */
function tellSafely(onSampled: ScriptRunSettings['onSampled'], samples: ScriptSamples, log: Log): void {
  try {
    onSampled?.(samples)
  } catch (error) {
    log.warn('onSampled of a script threw', { error: messageOf(error) })
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
