/** The host's side of one script: its calls, its clock, its end. */

import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../observability/log.ts'
import { unreachable } from '../std/unreachable.ts'
import { isCalledPlainly } from './asked-tool.ts'
import { CallLedger, type LedgerEntry, recordOf } from './call-ledger.ts'
import { isScriptStop, type ScriptStopError } from './errors.ts'
import {
  explainStop,
  explainThrown,
  explainUnhandled,
  type FailureSetting,
  failure,
} from './explain-failure.ts'
import { failedText, ResultTooLargeError, reasonOf } from './failed-call.ts'
import type { GuestCall, GuestEnd } from './guest/prelude.ts'
import type { ScriptLimits } from './limits.ts'
import type { PooledWorker } from './pooled-worker.ts'
import { type GuestEvent, ScriptRecord } from './script-record.ts'
import type { ClockSamples } from './script-replay.ts'
import type { ScriptEvent, ScriptFailure, ScriptResult } from './script-result.ts'
import type { ScriptTools } from './script-tools.ts'
import { encodeTagged, reviveTagged } from './tagged-json.ts'
import { unknownTool } from './unknown-tool.ts'
import { WallClock } from './wall-clock.ts'
import type { Catalogue, FromWorker, ScriptStopped, StopReason } from './worker-messages.ts'
import type { WorkerState } from './worker-pool.ts'

/** A script stuck where the engine asks nothing is ended with its worker, this long after it was told to stop. */
const STUCK_MS = 250
/** What nobody awaited may still finish. */
const GRACE_MS = 50
/** What tools that are under way are told. */
const STOP_WORDS = {
  timeout: 'The script ran out of time.',
  aborted: 'The script was aborted.',
  stopped: 'The script was stopped.',
} as const
/** How long tools that were told to stop are waited for. */
const STOPPING_MS = 2_000
export interface ScriptRunOptions {
  readonly runId: number
  readonly source: string
  readonly body: string
  readonly sourceMap: string | undefined
  /** JSON of `GuestSetup`. */
  readonly setup: string
  readonly catalogue: Catalogue
  readonly tools: ScriptTools
  readonly limits: ScriptLimits
  readonly signal: AbortSignal | undefined
  readonly stored: Map<string, unknown> | undefined
  readonly onEvent: ((event: ScriptEvent) => void) | undefined
  /** Never throws. */
  readonly onSampled: ((clock: ClockSamples) => void) | undefined
  readonly log: Log
}

type Ending = GuestEnd | ScriptStopped

export class ScriptRun {
  readonly #worker: PooledWorker
  readonly #options: ScriptRunOptions
  readonly #release: (state: WorkerState) => void
  readonly #ledger = new CallLedger()
  readonly #queue: Array<() => void> = []
  readonly #underWay = new Set<Promise<void>>()
  readonly #stopTools = new AbortController()
  readonly #clock: WallClock
  readonly #record: ScriptRecord
  readonly #onAbort = () => this.#stop('aborted')
  #settled: string[] = []
  #stuckTimer: NodeJS.Timeout | undefined
  #cpuTimer: NodeJS.Timeout | undefined
  #stopReason: StopReason | undefined
  /** What a tool ended the script with. */
  #stopError: ScriptStopError | undefined
  #ended = false
  #resolve: (ending: Ending) => void = () => {}

  /** @param release Called once, as soon as the worker is free or lost. */
  constructor(worker: PooledWorker, options: ScriptRunOptions, release: (state: WorkerState) => void) {
    this.#worker = worker
    this.#options = options
    this.#release = release
    this.#record = new ScriptRecord(options.onEvent, options.log)
    this.#clock = new WallClock(options.limits.wallMs, () => this.#stop('timeout'))
    setMaxListeners(0, this.#stopTools.signal)
  }

  /** Never rejects. */
  async result(): Promise<ScriptResult> {
    const ending = await new Promise<Ending>((resolve) => {
      this.#resolve = resolve
      this.#begin()
    })
    const isStopped = 'stop' in ending && ending.stop !== 'exit'
    const leftOver = await this.#endCalls(isStopped ? 0 : GRACE_MS)
    this.#record.end('stop' in ending ? undefined : ending.consoleDropped)
    return this.#assemble(ending, leftOver)
  }

  #begin(): void {
    const { signal, setup, limits, body, runId, catalogue } = this.#options
    signal?.addEventListener('abort', this.#onAbort)
    this.#watchCpu(limits.cpuMs + STUCK_MS)
    this.#worker.run({ runId, body, setup, limits }, catalogue, {
      onMessage: (message) => this.#receive(message),
      onDeath: () => this.#end({ stop: this.#stopReason ?? 'killed' }, { isHealthy: false, memoryBytes: 0 }),
    })
    if (signal?.aborted) this.#stop('aborted')
  }

  #receive(message: Exclude<FromWorker, { type: 'ready' }>): void {
    switch (message.type) {
      case 'calls':
        this.#tellClock(message.clock)
        for (const call of JSON.parse(message.calls) as GuestCall[]) this.#admit(call)
        return
      case 'event':
        this.#record.add(JSON.parse(message.event) as GuestEvent)
        return
      case 'done': {
        const { end, healthy, memoryBytes } = message
        this.#tellClock(message.clock)
        const ending: Ending = typeof end === 'string' ? JSON.parse(end) : end
        if ('calls' in ending) for (const call of ending.calls) this.#admit(call)
        this.#end(ending, { isHealthy: healthy, memoryBytes })
      }
    }
  }

  #tellClock(clock: string): void {
    if (clock !== '') this.#options.onSampled?.(JSON.parse(`[${clock}]`) as ClockSamples)
  }

  // Stopping

  #stop(reason: keyof typeof STOP_WORDS): void {
    if (this.#ended || this.#stopReason !== undefined) return
    this.#stopReason = reason
    this.#worker.stop(this.#options.runId, reason)
    this.#stopTools.abort(new Error(STOP_WORDS[reason]))
    this.#stuckTimer = setTimeout(() => this.#kill(reason), STUCK_MS)
  }

  /** The engine looks at its clock only between its own steps; one step can be long. */
  #watchCpu(ms: number): void {
    this.#cpuTimer = setTimeout(() => {
      const left = this.#options.limits.cpuMs + STUCK_MS - this.#worker.cpuMs()
      if (left <= 0) this.#kill('cpu')
      else this.#watchCpu(left)
    }, ms)
  }

  #kill(reason: StopReason): void {
    this.#end({ stop: reason }, { isHealthy: false, memoryBytes: 0 })
  }

  #end(ending: Ending, state: WorkerState): void {
    if (this.#ended) return
    this.#ended = true
    this.#clock.stop()
    clearTimeout(this.#stuckTimer)
    clearTimeout(this.#cpuTimer)
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.#release(state)
    this.#resolve(ending)
  }

  // Calls

  #admit([id, path, tagged, args, taskId]: GuestCall): void {
    const given = reviveTagged(args, tagged === 1) as unknown[]
    if (taskId !== undefined) {
      void this.#spawn(id, path, given, taskId)
      return
    }
    const entry = this.#ledger.add(id, path)
    const start = () => {
      const running = this.#call(entry, given)
      this.#underWay.add(running)
      void running.then(() => {
        this.#underWay.delete(running)
        if (!this.#ended) this.#queue.shift()?.()
      })
    }
    if (this.#underWay.size < this.#options.limits.concurrentCallsMax) start()
    else this.#queue.push(start)
  }

  /** Never rejects. */
  async #call(entry: LedgerEntry, args: readonly unknown[]): Promise<void> {
    const { tools } = this.#options
    const { callId, path } = entry
    this.#ledger.start(entry)
    this.#record.emit({ type: 'call_started', callId, path })
    try {
      const value = await tools.call(args, {
        callId,
        path,
        signal: this.#stopTools.signal,
        pauseClock: () => this.#clock.pause(),
      })
      const { text, tagged } = this.#encodeResult(path, value)
      this.#settle(`[${entry.id},${tagged ? 1 : 0},${text}]`)
      this.#endCall(entry, 'done')
    } catch (error) {
      if (isScriptStop(error)) this.#stopAs(error)
      else this.#settle(failedText(entry.id, error, 'tool'))
      this.#endCall(entry, this.#stopTools.signal.aborted ? 'aborted' : 'failed', reasonOf(error))
    }
  }

  /** Never rejects. The task is the host's: the script hears of its end only while it runs itself. */
  async #spawn(id: number, path: string, args: readonly unknown[], taskId: string): Promise<void> {
    this.#ledger.addTask(id, path, taskId)
    this.#record.emit({ type: 'task_started', taskId, path })
    try {
      const value = await this.#options.tools.spawn?.(args, { taskId, path })
      if (this.#ended) return
      const { text, tagged } = this.#encodeResult(`spawn.${path}`, value)
      this.#settle(`[${id},${tagged ? 1 : 0},${text}]`)
    } catch (error) {
      if (isScriptStop(error)) this.#stopAs(error)
      else this.#settle(failedText(id, error, 'detached'))
    }
  }

  /** The call that brought it is never answered, so nothing of the script goes on behind it. */
  #stopAs(error: ScriptStopError): void {
    if (this.#ended || this.#stopReason !== undefined) return
    this.#stopError = error
    this.#stop('stopped')
  }

  #encodeResult(path: string, value: unknown) {
    const encoded = encodeTagged(value, `tools.${path} result`)
    const max = this.#options.limits.callResultBytesMax
    // A character is three bytes of UTF-8 at most.
    const bytes = encoded.text.length * 3 <= max ? 0 : Buffer.byteLength(encoded.text)
    if (bytes > max) throw new ResultTooLargeError(path, bytes, max)
    return encoded
  }

  #endCall(entry: LedgerEntry, state: 'done' | 'failed' | 'aborted', message?: string): void {
    if (this.#ledger.end(entry, state, message))
      this.#record.emit({ type: 'call_ended', call: recordOf(entry) })
  }

  /** Results of one moment go to the guest together; the result that all waits for goes at once. */
  #settle(item: string): void {
    if (this.#ended) return
    this.#settled.push(item)
    if (this.#settled.length > 1) return
    queueMicrotask(() => {
      if (this.#ledger.runningCount === 0) this.#sendSettled()
      else setImmediate(() => this.#sendSettled())
    })
  }

  #sendSettled(): void {
    const batch = this.#settled
    this.#settled = []
    if (!this.#ended && this.#stopReason === undefined)
      this.#worker.settle(this.#options.runId, `[${batch.join(',')}]`)
  }

  /** Gives the calls that would not stop. */
  async #endCalls(graceMs: number): Promise<LedgerEntry[]> {
    this.#queue.length = 0
    if (this.#underWay.size === 0) return []
    if (graceMs > 0) await this.#callsEndWithin(graceMs)
    if (this.#underWay.size === 0) return []
    this.#stopTools.abort(new Error('The script has ended.'))
    await this.#callsEndWithin(STOPPING_MS)
    const leftOver = this.#ledger.running()
    for (const entry of leftOver)
      this.#endCall(entry, 'aborted', 'it did not answer the stop and may still be running')
    return leftOver
  }

  async #callsEndWithin(ms: number): Promise<void> {
    const timer = new AbortController()
    const ended = Promise.all(this.#underWay).then(() => timer.abort())
    await Promise.race([ended, sleep(ms, undefined, { signal: timer.signal }).catch(() => {})])
  }

  // The end

  #assemble(ending: Ending, leftOver: readonly LedgerEntry[]): ScriptResult {
    const { stored } = this.#options
    const { output, logs, writes } = this.#record
    for (const [key, value] of writes) stored?.set(key, value)
    if (writes.length > 0) this.#record.emit({ type: 'stored', entries: writes })
    const failure = this.#failureOf(ending)
    const warnings = [
      ...this.#unattendedWarnings(ending),
      ...(failure?.kind === 'unknown-tool' ? [] : this.#unknownWarnings(ending)),
      ...leftOver.map(mayStillRun),
    ]
    const trace = { output, calls: this.#ledger.records(), logs, warnings }
    if (failure !== undefined) return { ok: false, error: failure, ...trace }
    return { ok: true, value: returnedValue(ending), ...trace }
  }

  #failureOf(ending: Ending): ScriptFailure | undefined {
    const { source, body, sourceMap, tools, limits } = this.#options
    const { entries, spawn } = tools
    const setting: FailureSetting = { source, body, sourceMap, entries, spawns: spawn !== undefined, limits }
    if ('stop' in ending) return this.#explainStopped(ending, setting)
    const { outcome, unattended } = ending
    if (outcome.ok) return undefined
    const unawaited = unattended.filter(([, attention]) => attention === 'none')
    return explainThrown(
      outcome,
      setting,
      unawaited.map(([id]) => this.#ledger.find(id)?.path ?? ''),
    )
  }

  #explainStopped({ stop, unseen = [] }: ScriptStopped, setting: FailureSetting): ScriptFailure | undefined {
    if (stop === 'exit') return undefined
    if (stop === 'stopped') {
      const { kind, message } = this.#stopError ?? unreachable('a script that was stopped without a reason')
      return failure(kind, message, setting.source)
    }
    const [lost] = unseen.map((id) => this.#ledger.find(id)).filter((entry) => entry?.state === 'failed')
    return lost === undefined ? explainStop(stop, setting) : explainUnhandled(lost, setting)
  }

  /** The engine says "not a function" of a tool that is not there, and whoever catches that learns no more. */
  #unknownWarnings(ending: Ending): string[] {
    if ('stop' in ending) return []
    const { body, tools } = this.#options
    const known = { entries: tools.entries, spawns: tools.spawn !== undefined }
    return ending.unknownTools
      .filter((path) => isCalledPlainly(path, body))
      .map((path) => unknownTool(path, known))
  }

  /** Losers of a race are meant to be left; what nobody looked at is most likely a missing await. */
  #unattendedWarnings(ending: Ending): string[] {
    if ('stop' in ending) return []
    const warnings: string[] = []
    for (const [id, attention] of ending.unattended) {
      const entry = this.#ledger.find(id)
      if (entry === undefined || attention === 'combined') continue
      const how = attention === 'none' ? 'was called without await' : 'was under way when the script ended'
      warnings.push(`tools.${entry.path} ${how}; ${fate(entry)}.`)
    }
    return warnings
  }
}

function fate({ state, message }: LedgerEntry): string {
  if (state === 'done') return 'it ended well, and what it gave was lost'
  if (state === 'failed') return `it failed: ${message ?? 'no reason given'}`
  return state === 'never-started' ? 'it never started' : 'it was aborted'
}

const mayStillRun = ({ path }: LedgerEntry) =>
  `tools.${path} did not answer the stop and may still be running.`

function returnedValue(ending: Ending): unknown {
  if ('stop' in ending || !ending.outcome.ok) return undefined
  return reviveTagged(ending.outcome.value, ending.outcome.tagged === 1)
}
