/** One guest: an engine of its own, booted before its script is known, used for that script, then dropped. */

import type { QuickJSContext, QuickJSHandle, QuickJSRuntime } from 'quickjs-emscripten-core'
import { type BootedGuest, type GuestFunction, type GuestFunctions, installCatalogue } from './guest-boot.ts'
import type { GuestMemory } from './guest-memory.ts'
import type { ScriptLimits } from './limits.ts'
import { FORBIDDEN_IMPORT, SCRIPT_FILE, SCRIPT_PREFIX, SCRIPT_SUFFIX } from './script-file.ts'
import {
  type Catalogue,
  type ScriptStopped,
  SHARED,
  STOP_FLAG,
  type StopReason,
  sharedNow,
} from './worker-messages.ts'

/** Promise jobs between two looks at the clock. */
const JOBS_PER_SLICE = 200

export interface GuestRun {
  readonly body: string
  /** JSON of `GuestSetup`. */
  readonly setup: string
  readonly limits: Pick<ScriptLimits, 'cpuMs' | 'ticksMax' | 'memoryBytesMax' | 'stackBytesMax'>
  /** Called while the script runs, with JSON. */
  readonly onEvent: (event: string) => void
}

/** How things stand when the guest has nothing more to do for now. */
export type GuestState =
  | {
      readonly type: 'waiting'
      readonly calls: string
      readonly timerMs: number
      /** Items of a JSON array of `ClockRead`: what the script read since the last time. */
      readonly clock: string
    }
  | { readonly type: 'ended'; readonly end: string | ScriptStopped; readonly clock: string }

export class GuestInstance {
  readonly memoryBytesMax: number
  readonly catalogueId: number | undefined
  /** False once the engine broke. */
  healthy = true
  readonly #memory: GuestMemory
  readonly #runtime: QuickJSRuntime
  readonly #context: QuickJSContext
  readonly #functions: GuestFunctions
  readonly #shared: Int32Array
  #stop: StopReason | undefined
  #limits: GuestRun['limits'] | undefined
  #onEvent: (event: string) => void = () => {}
  #ticks = 0
  #cpuMs = 0
  #enteredAt = 0

  /** @param shared The fields of `SHARED`. */
  constructor(booted: BootedGuest, shared: Int32Array) {
    this.memoryBytesMax = booted.memoryBytesMax
    this.catalogueId = booted.catalogueId
    this.#memory = booted.memory
    this.#shared = shared
    this.#runtime = booted.runtime
    this.#context = booted.context
    this.#functions = booted.functions
    booted.callbacks.onEvent = (json) => this.#onEvent(json)
    booted.callbacks.onStop = (reason) => {
      this.#stop ??= reason as StopReason
    }
    booted.runtime.setInterruptHandler(() => this.#mustStop())
    booted.runtime.setModuleLoader((name) => ({ error: new TypeError(`${FORBIDDEN_IMPORT}: ${name}`) }))
  }

  get memoryBytes(): number {
    return this.#memory.bytes()
  }

  install(catalogue: Catalogue): void {
    installCatalogue(this.#context, this.#functions, catalogue)
  }

  start(run: GuestRun): GuestState {
    this.#limits = run.limits
    this.#onEvent = run.onEvent
    this.#memory.limit(run.limits.memoryBytesMax)
    this.#runtime.setMaxStackSize(run.limits.stackBytesMax)
    return this.#enter(() => {
      const script = this.#context.evalCode(SCRIPT_PREFIX + run.body + SCRIPT_SUFFIX, SCRIPT_FILE)
      if (script.error !== undefined) return { notParsed: script.error }
      return this.#call('start', script.value, run.setup)
    })
  }

  /** @param batch JSON of `SettledCall[]`. */
  settle(batch: string): GuestState {
    return this.#enter(() => this.#call('settle', batch))
  }

  runTimer(): GuestState {
    return this.#enter(() => this.#call('runTimer'))
  }

  /** For when nothing runs: whether the host wants the script to stop. */
  look(): GuestState | undefined {
    this.#readStopFlag()
    return this.#stop === undefined ? undefined : this.#stopped(this.#stop)
  }

  // Everything below runs with the script's clock on.

  #enter(work: () => QuickJSHandle | undefined | { notParsed: QuickJSHandle }): GuestState {
    this.#enteredAt = performance.now()
    Atomics.store(this.#shared, SHARED.enteredAt, sharedNow())
    try {
      // Told to stop meanwhile, it hears of nothing else.
      this.#readStopFlag()
      if (this.#stop !== undefined) return this.#stopped(this.#stop)
      const result = work()
      if (result !== undefined && 'notParsed' in result) return this.#notParsed(result.notParsed)
      this.#drain()
      return this.#state()
    } catch (error) {
      // The engine's stack reached the thread's own end, or the engine broke.
      this.healthy = false
      return this.#stopped(this.#stop ?? this.#breakdown(error))
    } finally {
      this.#cpuMs += performance.now() - this.#enteredAt
      Atomics.store(this.#shared, SHARED.cpuMs, Math.round(this.#cpuMs))
      Atomics.store(this.#shared, SHARED.enteredAt, 0)
    }
  }

  #breakdown(error: unknown): StopReason {
    if (this.#memory.isExhausted()) return 'memory'
    return error instanceof RangeError ? 'stack' : 'killed'
  }

  #drain(): void {
    while (this.#stop === undefined && this.#runtime.hasPendingJob()) {
      const result = this.#runtime.executePendingJobs(JOBS_PER_SLICE)
      if (result.error === undefined) result.dispose()
      if (this.#mustStop()) return
    }
  }

  #state(): GuestState {
    this.#readStopFlag()
    if (this.#stop !== undefined) return this.#stopped(this.#stop)
    const flushed = this.#call('flush')
    if (flushed === undefined)
      return this.#stopped(this.#stop ?? (this.#memory.isExhausted() ? 'memory' : 'killed'))

    const report = this.#context.getString(flushed)
    flushed.dispose()
    const [state, timer, clock = ''] = report.split('|', 3)
    const text = report.slice(`${state}|${timer}|${clock}|`.length)
    if (state === '1') return this.#ended(text, clock)
    if (state === '2') return this.#deadlocked(text)
    return { type: 'waiting', calls: text === '' ? '' : `[${text}]`, timerMs: Number(timer), clock }
  }

  /** @param unseen JSON of the ids of calls that nobody looked at. */
  #deadlocked(unseen: string): GuestState {
    if (this.#memory.isExhausted()) return this.#stopped('memory')
    return { type: 'ended', end: { stop: 'deadlock', unseen: JSON.parse(unseen) }, clock: '' }
  }

  /** After memory ran out the guest may report anything, so a failure counts as that. */
  #ended(end: string, clock: string): GuestState {
    if (this.#memory.isExhausted() && !end.startsWith('{"outcome":{"ok":true')) return this.#stopped('memory')
    return { type: 'ended', end, clock }
  }

  #stopped(stop: StopReason): GuestState {
    return { type: 'ended', end: { stop }, clock: '' }
  }

  #notParsed(error: QuickJSHandle): GuestState {
    const outcome = { ok: false, kind: 'syntax', path: '', ...this.#readError(error) }
    return this.#ended(
      JSON.stringify({ outcome, unattended: [], consoleDropped: 0, calls: [], unknownTools: [] }),
      '',
    )
  }

  /** No script has run yet, so reading fields runs nothing of its own. */
  #readError(error: QuickJSHandle): { name: string; message: string; stack: string } {
    const read = (field: string) =>
      this.#context.getProp(error, field).consume((handle) => this.#context.getString(handle))
    return { name: read('name'), message: read('message'), stack: read('stack') }
  }

  #readStopFlag(): void {
    const flag = Atomics.load(this.#shared, SHARED.stop)
    if (flag === STOP_FLAG.timeout) this.#stop ??= 'timeout'
    if (flag === STOP_FLAG.aborted) this.#stop ??= 'aborted'
    if (flag === STOP_FLAG.stopped) this.#stop ??= 'stopped'
  }

  /** The first reason stays: what ended the script outranks what it says afterwards. */
  #mustStop(): boolean {
    if (this.#limits === undefined) return false
    this.#ticks++
    this.#readStopFlag()
    if (this.#memory.isExhausted()) this.#stop ??= 'memory'
    if (this.#ticks > this.#limits.ticksMax) this.#stop ??= 'instructions'
    if (this.#cpuMs + performance.now() - this.#enteredAt > this.#limits.cpuMs) this.#stop ??= 'cpu'
    return this.#stop !== undefined
  }

  /** Undefined when the guest's function itself was cut short. */
  #call(name: GuestFunction, ...args: ReadonlyArray<string | QuickJSHandle>): QuickJSHandle | undefined {
    const context = this.#context
    const handles = args.map((arg) => (typeof arg === 'string' ? context.newString(arg) : arg))
    const result = context.callFunction(this.#functions[name], context.undefined, handles)
    for (const handle of handles) handle.dispose()
    if (result.error === undefined) return result.value
    // Its own prelude does not throw: the engine stopped it, or has no memory left to go on.
    return undefined
  }
}
