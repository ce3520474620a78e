/** Workers with a guest already booted, and the scripts that wait for one. */

import { PoolBusyError } from './errors.ts'
import { PooledWorker } from './pooled-worker.ts'
import { quickJsModule } from './wasm-module.ts'

export interface WorkerPoolOptions {
  /** Workers that are kept. */
  readonly size: number
  /** Workers there may be when scripts that wait for their tools hold the kept ones. */
  readonly sizeMax: number
  /** Scripts that may wait. */
  readonly waitingMax: number
  readonly memoryBytesMax: number
  readonly stackBytesMax: number
}

/** How a script left its worker. */
export interface WorkerState {
  readonly isHealthy: boolean
  readonly memoryBytes: number
}

interface Waiting {
  readonly resolve: (worker: PooledWorker) => void
  readonly reject: (error: unknown) => void
}

/** A worker whose last script grew to more than this gives the memory back by going. */
const KEPT_MEMORY_BYTES_MAX = 32 * 1024 * 1024
/** Engines that were dropped leave their memory to a collector that is in no hurry; with its thread it goes at once. */
const RUNS_MAX = 200
/** Short scripts free their worker sooner than a new one could start. */
const GROW_AFTER_MS = 100
const SPARE_IDLE_MS = 10_000

export class WorkerPool implements AsyncDisposable {
  readonly #options: WorkerPoolOptions
  readonly #workers = new Set<PooledWorker>()
  /** First come, first served. */
  readonly #waiting = new Set<Waiting>()
  #growth: NodeJS.Timeout | undefined
  #shrinking: NodeJS.Timeout | undefined
  #wasm: WebAssembly.Module | undefined
  /** Asked for, but not yet among the workers. */
  #startCount = 0
  #closed = false

  constructor(options: WorkerPoolOptions) {
    this.#options = options
  }

  /** Resolves when a script could start at once. The other workers start one after the other behind the first. */
  async warm(): Promise<void> {
    if (this.#readyWorker() !== undefined) return
    const worker = await this.#wait()
    worker.isReady = true
    this.#offer(worker)
  }

  /** Starts the first worker, if none is there. */
  start(): void {
    if (this.#workers.size === 0) this.#grow()
  }

  /**
   * A worker that is this script's alone until `release`.
   *
   * @throws {PoolBusyError} Too many wait already.
   * @throws The signal's reason, when it is aborted while the script waits.
   */
  acquire(signal: AbortSignal | undefined): PooledWorker | Promise<PooledWorker> {
    signal?.throwIfAborted()
    const worker = this.#waiting.size === 0 ? this.#readyWorker() : undefined
    if (worker !== undefined) {
      worker.isReady = false
      return worker
    }
    if (this.#waiting.size >= this.#options.waitingMax) throw new PoolBusyError(this.#waiting.size)
    return this.#wait(signal)
  }

  release(worker: PooledWorker, { isHealthy, memoryBytes }: WorkerState): void {
    if (isHealthy && memoryBytes <= KEPT_MEMORY_BYTES_MAX && worker.runs < RUNS_MAX) return
    void worker.terminate()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearTimeout(this.#growth)
    clearTimeout(this.#shrinking)
    const error = new Error('The script engine was closed.')
    for (const { reject } of this.#waiting) reject(error)
    this.#waiting.clear()
    await Promise.all([...this.#workers].map((worker) => worker.terminate()))
  }

  #readyWorker(): PooledWorker | undefined {
    for (const worker of this.#workers) if (worker.isReady) return worker
    return undefined
  }

  #wait(signal?: AbortSignal): Promise<PooledWorker> {
    return new Promise<PooledWorker>((resolve, reject) => {
      // Workers do not keep the process alive; whoever waits for one does.
      const alive = setInterval(() => {}, 2 ** 30)
      const leave = () => {
        clearInterval(alive)
        signal?.removeEventListener('abort', onAbort)
        this.#waiting.delete(waiting)
      }
      const onAbort = () => waiting.reject(signal?.reason)
      const waiting: Waiting = {
        resolve: (worker) => {
          leave()
          resolve(worker)
        },
        reject: (error) => {
          leave()
          reject(error)
        },
      }
      signal?.addEventListener('abort', onAbort)
      this.#waiting.add(waiting)
      this.#grow()
    })
  }

  /** Keeps `size` workers, and adds one more at a time while somebody has been waiting. */
  #grow(): void {
    if (this.#startCount > 0 || [...this.#workers].some((worker) => worker.isStarting)) return
    if (this.#workers.size < this.#options.size) {
      void this.#start()
      return
    }
    if (this.#waiting.size === 0 || this.#workers.size >= this.#options.sizeMax) return
    this.#growth ??= setTimeout(() => {
      this.#growth = undefined
      if (this.#waiting.size > 0 && this.#workers.size < this.#options.sizeMax) void this.#start()
    }, GROW_AFTER_MS)
  }

  async #start(): Promise<void> {
    this.#startCount++
    try {
      this.#wasm ??= await quickJsModule()
    } catch (error) {
      return this.#failAll(error)
    } finally {
      this.#startCount--
    }
    if (this.#closed) return
    const { memoryBytesMax, stackBytesMax } = this.#options
    const worker = new PooledWorker({ wasm: this.#wasm, memoryBytesMax, stackBytesMax })
    this.#workers.add(worker)
    worker.onReady = () => this.#offer(worker)
    worker.onDeath = (error) => this.#bury(worker, error)
  }

  #offer(worker: PooledWorker): void {
    const [first] = this.#waiting
    if (first === undefined) {
      this.#shrinkLater()
    } else {
      worker.isReady = false
      first.resolve(worker)
    }
    this.#grow()
  }

  #bury(worker: PooledWorker, error: Error | undefined): void {
    this.#workers.delete(worker)
    if (this.#closed) return
    // One that dies before its first script would die again.
    if (worker.isStarting && error !== undefined) this.#failAll(error)
    else this.#grow()
  }

  #failAll(error: unknown): void {
    for (const { reject } of this.#waiting) reject(error)
  }

  #shrinkLater(): void {
    if (this.#workers.size <= this.#options.size || this.#shrinking !== undefined) return
    this.#shrinking = setTimeout(() => {
      this.#shrinking = undefined
      const spare = this.#readyWorker()
      if (this.#workers.size > this.#options.size && spare !== undefined) void spare.terminate()
      this.#shrinkLater()
    }, SPARE_IDLE_MS)
    this.#shrinking.unref()
  }
}
