/** One worker of the pool, as the host's thread sees it. */

import type { Worker } from 'node:worker_threads'
import { startThread } from './thread.ts'
import {
  type Catalogue,
  type FromWorker,
  SHARED,
  STOP_FLAG,
  sharedNow,
  type ToWorker,
  type WorkerData,
} from './worker-messages.ts'

/** Beyond it the engine's stack would reach the end of the thread's own first; measured, not computed. */
const THREAD_STACK_PER_GUEST_STACK = 64
const MIB = 1024 * 1024

export interface PooledWorkerOptions {
  readonly wasm: WebAssembly.Module
  readonly memoryBytesMax: number
  readonly stackBytesMax: number
}

type RunMessage = Exclude<FromWorker, { type: 'ready' }>

export interface RunListener {
  onMessage(message: RunMessage): void
  /** The worker died with the run in it. */
  onDeath(): void
}

export class PooledWorker {
  /** An instance is booted and nobody has taken it. */
  isReady = false
  /** Until it was ready for the first time. */
  isStarting = true
  isDead = false
  runs = 0
  onReady: () => void = () => {}
  onDeath: (error: Error | undefined) => void = () => {}
  readonly #worker: Worker
  readonly #shared: Int32Array
  readonly #catalogues = new Set<number>()
  #listener: RunListener | undefined
  #error: Error | undefined

  constructor({ wasm, memoryBytesMax, stackBytesMax }: PooledWorkerOptions) {
    const shared = new SharedArrayBuffer(SHARED.fields * Int32Array.BYTES_PER_ELEMENT)
    const workerData: WorkerData = { wasm, shared, memoryBytesMax }
    this.#shared = new Int32Array(shared)
    this.#worker = startThread('worker', {
      workerData,
      stackSizeMb: Math.ceil((stackBytesMax * THREAD_STACK_PER_GUEST_STACK) / MIB),
      onMessage: (message: FromWorker) => this.#receive(message),
    })
    this.#worker.on('error', (error) => {
      this.#error = error
    })
    this.#worker.on('exit', () => this.#die())
  }

  /** @param catalogue Its tools' names go along only when this worker has not been told them. */
  run(
    message: Omit<ToWorker & { type: 'run' }, 'type' | 'catalogue' | 'catalogueId'>,
    catalogue: Catalogue,
    listener: RunListener,
  ): void {
    this.runs++
    this.#listener = listener
    Atomics.store(this.#shared, SHARED.stop, STOP_FLAG.none)
    Atomics.store(this.#shared, SHARED.cpuMs, 0)
    const isKnown = this.#catalogues.has(catalogue.id)
    this.#catalogues.add(catalogue.id)
    this.#post({ type: 'run', ...message, catalogueId: catalogue.id, ...(!isKnown && { catalogue }) })
  }

  settle(runId: number, batch: string): void {
    this.#post({ type: 'settle', runId, batch })
  }

  /** Asks the script to end: at the engine's next question when it runs, at once when it waits. */
  stop(runId: number, reason: 'timeout' | 'aborted' | 'stopped'): void {
    Atomics.store(this.#shared, SHARED.stop, STOP_FLAG[reason])
    this.#post({ type: 'stop', runId })
  }

  /** Milliseconds that the script has run, as distinct from waited. */
  cpuMs(): number {
    const enteredAt = Atomics.load(this.#shared, SHARED.enteredAt)
    return (
      Atomics.load(this.#shared, SHARED.cpuMs) + (enteredAt === 0 ? 0 : Math.max(0, sharedNow() - enteredAt))
    )
  }

  async terminate(): Promise<void> {
    this.#die()
    await this.#worker.terminate()
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #receive(message: FromWorker): void {
    // What a thread had sent before it was ended still arrives: taken for ready, it would be given a script.
    if (this.isDead) return
    if (message.type === 'ready') {
      this.isReady = true
      this.isStarting = false
      this.onReady()
      return
    }
    const listener = this.#listener
    if (message.type === 'done') this.#listener = undefined
    listener?.onMessage(message)
  }

  #die(): void {
    if (this.isDead) return
    this.isDead = true
    this.isReady = false
    const listener = this.#listener
    this.#listener = undefined
    listener?.onDeath()
    this.onDeath(this.#error)
  }
}
