/** The host's side of one script: its calls, its clock, its end. */

import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../observability/log.ts'
import { messageOf } from '../protocol/errors.ts'
import { CallLedger, type LedgerEntry, recordOf } from './call-ledger.ts'
import { ValueRefusedError } from './errors.ts'
import { explainStop, explainThrown, type FailureSetting } from './explain-failure.ts'
import type { GuestCall, GuestEnd } from './guest/prelude.ts'
import { CONSOLE_LINES_MAX, type ScriptLimits } from './limits.ts'
import type { PooledWorker } from './pooled-worker.ts'
import type {
  ConsoleLine,
  ImageDetail,
  ScriptEvent,
  ScriptFailure,
  ScriptOutput,
  ScriptResult,
} from './script-result.ts'
import type { ScriptTools } from './script-tools.ts'
import { encodeTagged, reviveTagged } from './tagged-json.ts'
import { WallClock } from './wall-clock.ts'
import type { Catalogue, FromWorker, StopReason } from './worker-messages.ts'
import type { WorkerState } from './worker-pool.ts'

/** A script stuck where the engine asks nothing is ended with its worker, this long after it was told to stop. */
const STUCK_MS = 250
/** What nobody awaited may still finish. */
const GRACE_MS = 50
/** How long tools that were told to stop are waited for. */
const STOPPING_MS = 2_000
/** 20 console events a second. */
const CONSOLE_EVENT_MS = 50

export interface ScriptRunOptions {
  readonly runId: number
  readonly source: string
  readonly body: string
  readonly sourceMap: string | undefined
  readonly catalogue: Catalogue
  readonly tools: ScriptTools
  readonly limits: ScriptLimits
  readonly context: unknown
  readonly signal: AbortSignal | undefined
  readonly stored: Map<string, unknown> | undefined
  readonly onEvent: ((event: ScriptEvent) => void) | undefined
  readonly log: Log
}

type Ending = GuestEnd | { readonly stop: StopReason }

/** The guest's events, as it writes them. */
type GuestEvent =
  | readonly ['text', string]
  | readonly ['image', { imageUrl: string; detail: ImageDetail }]
  | readonly ['notify', string]
  | readonly ['yield', null]
  | readonly ['console', ConsoleLine]
  | readonly ['store', readonly [key: string, tagged: 0 | 1, value: unknown]]

export class ScriptRun {
  readonly #worker: PooledWorker
  readonly #options: ScriptRunOptions
  readonly #release: (state: WorkerState) => void
  readonly #ledger = new CallLedger()
  readonly #queue: Array<() => void> = []
  readonly #underWay = new Set<Promise<void>>()
  readonly #stopTools = new AbortController()
  readonly #clock: WallClock
  readonly #output: ScriptOutput[] = []
  readonly #logs: ConsoleLine[] = []
  readonly #writes: Array<readonly [key: string, value: unknown]> = []
  readonly #onAbort = () => this.#stop('aborted')
  #unsentLines: ConsoleLine[] = []
  #consoleTimer: NodeJS.Timeout | undefined
  #settled: string[] = []
  #stuckTimer: NodeJS.Timeout | undefined
  #cpuTimer: NodeJS.Timeout | undefined
  #stopReason: StopReason | undefined
  #ended = false
  #resolve: (ending: Ending) => void = () => {}

  /** @param release Called once, as soon as the worker is free or lost. */
  constructor(worker: PooledWorker, options: ScriptRunOptions, release: (state: WorkerState) => void) {
    this.#worker = worker
    this.#options = options
    this.#release = release
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
    this.#flushConsole()
    return this.#assemble(ending, leftOver)
  }

  #begin(): void {
    const { signal, stored, context, limits, body, runId, catalogue } = this.#options
    signal?.addEventListener('abort', this.#onAbort)
    const entries = [...(stored ?? [])].map(([key, value]) => {
      const { text, tagged } = encodeTagged(value, `stored ${key}`)
      return [key, tagged ? 1 : 0, text] as const
    })
    const setup = {
      callsMax: limits.callsMax,
      argumentChars: limits.argumentBytesMax,
      resultChars: limits.resultBytesMax,
      consoleChars: limits.consoleBytesMax,
      consoleLines: CONSOLE_LINES_MAX,
      context,
      stored: entries,
    }
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
        for (const call of JSON.parse(message.calls) as GuestCall[]) this.#admit(call)
        return
      case 'event':
        this.#record(JSON.parse(message.event) as GuestEvent)
        return
      case 'done': {
        const { end, healthy, memoryBytes } = message
        const ending: Ending = typeof end === 'string' ? JSON.parse(end) : end
        if ('calls' in ending) for (const call of ending.calls) this.#admit(call)
        this.#end(ending, { isHealthy: healthy, memoryBytes })
      }
    }
  }

  // Stopping

  #stop(reason: 'timeout' | 'aborted'): void {
    if (this.#ended || this.#stopReason !== undefined) return
    this.#stopReason = reason
    this.#worker.stop(this.#options.runId, reason)
    this.#stopTools.abort(
      new Error(reason === 'aborted' ? 'The script was aborted.' : 'The script ran out of time.'),
    )
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

  #admit([id, path, tagged, args]: GuestCall): void {
    const entry = this.#ledger.add(id, path)
    const start = () => {
      const running = this.#call(entry, reviveTagged(args, tagged === 1) as unknown[])
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
    this.#emit({ type: 'call_started', callId, path })
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
      const name = error instanceof Error ? error.name : 'Error'
      const kind =
        error instanceof ValueRefusedError
          ? 'serialization'
          : error instanceof ResultTooLargeError
            ? 'limit-output'
            : 'tool'
      this.#settle(JSON.stringify([entry.id, null, name, messageOf(error), kind]))
      this.#endCall(entry, this.#stopTools.signal.aborted ? 'aborted' : 'failed', messageOf(error))
    }
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
    if (this.#ledger.end(entry, state, message)) this.#emit({ type: 'call_ended', call: recordOf(entry) })
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
    if (!this.#ended) this.#worker.settle(this.#options.runId, `[${batch.join(',')}]`)
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

  // Events

  #record(event: GuestEvent): void {
    switch (event[0]) {
      case 'text':
        this.#addOutput({ type: 'text', text: event[1] })
        break
      case 'image':
        this.#addOutput({ type: 'image', ...event[1] })
        break
      case 'notify':
        this.#emit({ type: 'notified', text: event[1] })
        break
      case 'yield':
        this.#emit({ type: 'yielded' })
        break
      case 'console':
        this.#addLine(event[1])
        break
      case 'store': {
        const [key, tagged, value] = event[1]
        this.#writes.push([key, reviveTagged(value, tagged === 1)])
      }
    }
  }

  #addOutput(output: ScriptOutput): void {
    this.#output.push(output)
    this.#emit({ type: 'output_added', output })
  }

  #addLine(line: ConsoleLine): void {
    this.#logs.push(line)
    if (this.#options.onEvent === undefined) return
    this.#unsentLines.push(line)
    this.#consoleTimer ??= setTimeout(() => this.#flushConsole(), CONSOLE_EVENT_MS)
  }

  #flushConsole(): void {
    clearTimeout(this.#consoleTimer)
    this.#consoleTimer = undefined
    const lines = this.#unsentLines
    this.#unsentLines = []
    if (lines.length > 0) this.#emit({ type: 'console_written', lines })
  }

  #emit(event: ScriptEvent): void {
    try {
      this.#options.onEvent?.(event)
    } catch (error) {
      this.#options.log.warn('onEvent of a script threw', { event: event.type, error: messageOf(error) })
    }
  }

  // The end

  #assemble(ending: Ending, leftOver: readonly LedgerEntry[]): ScriptResult {
    const { stored } = this.#options
    for (const [key, value] of this.#writes) stored?.set(key, value)
    const dropped = 'stop' in ending ? 0 : ending.consoleDropped
    if (dropped > 0)
      this.#logs.push({ level: 'warn', text: `[${dropped} lines dropped: the console's limit]` })
    const warnings = [...this.#unattendedWarnings(ending), ...leftOver.map(mayStillRun)]
    const trace = { output: this.#output, calls: this.#ledger.records(), logs: this.#logs, warnings }

    const failure = this.#failureOf(ending)
    if (failure !== undefined) return { ok: false, error: failure, ...trace }
    return { ok: true, value: returnedValue(ending), ...trace }
  }

  #failureOf(ending: Ending): ScriptFailure | undefined {
    const { source, sourceMap, tools, limits } = this.#options
    const setting: FailureSetting = { source, sourceMap, entries: tools.entries, limits }
    if ('stop' in ending) return ending.stop === 'exit' ? undefined : explainStop(ending.stop, setting)
    const { outcome, unattended } = ending
    if (outcome.ok) return undefined
    const unawaited = unattended.filter(([, attention]) => attention === 'none')
    return explainThrown(
      outcome,
      setting,
      unawaited.map(([id]) => this.#ledger.find(id)?.path ?? ''),
    )
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

class ResultTooLargeError extends Error {
  override readonly name = 'ResultTooLargeError'

  constructor(path: string, bytes: number, max: number) {
    super(
      `tools.${path} gave ${bytes} bytes of JSON; a script takes at most ${max} from one call. ` +
        'Ask for less, or let the tool write a file and read parts of it.',
    )
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
