/** Runs scripts that a model wrote. */

import { type Log, silentLog } from '../observability/log.ts'
import { OptionError } from '../protocol/errors.ts'
import type { JsonObject } from '../protocol/json.ts'
import { DEFAULT_LIMITS, resolveLimits, type ScriptLimits } from './limits.ts'
import type { ScriptReplay, ScriptSamples } from './script-replay.ts'
import type { ScriptEvent, ScriptResult } from './script-result.ts'
import type { ScriptRuntime } from './script-runtime.ts'
import type { ScriptTools } from './script-tools.ts'

export interface ScriptEngineOptions {
  /** Workers that are kept; default two, or one on a machine with one core. */
  readonly poolSize?: number
  /** Workers there may be while scripts wait for their tools; default 16. */
  readonly poolSizeMax?: number
  /** Scripts that may wait for a worker; default 256. One more is answered with `busy`. */
  readonly waitingMax?: number
  readonly limits?: Partial<ScriptLimits>
  readonly log?: Log
}

export interface ScriptRunSettings {
  readonly tools: ScriptTools
  /** What the script finds as `context`: JSON, frozen. */
  readonly context?: JsonObject
  /** Over those of the engine. */
  readonly limits?: Partial<ScriptLimits>
  readonly signal?: AbortSignal
  readonly onEvent?: (event: ScriptEvent) => void
  /** What `load` finds. What `store` was given is written to it when the script has ended, however it ended. */
  readonly stored?: Map<string, unknown>
  /** What the ids of `tools.spawn` begin with; a counter follows. Default: new for each run. */
  readonly taskPrefix?: string
  /** Time and chance as an earlier run saw them. */
  readonly replay?: ScriptReplay
  /**
   * Told what the script sees of time and chance that `replay` did not give, in order: the seed before the script starts,
   * clock reads before the calls that follow them.
   */
  readonly onSampled?: (samples: ScriptSamples) => void
}

/**
 * Scripts in sandboxes: one guest each, on a pool of threads.
 *
 * Nothing is loaded or started before the first `run` or `warm`. Idle threads do not keep the process alive; a
 * running script does.
 *
 * @throws {OptionError} A limit or a size that cannot be meant.
 */
export class ScriptEngine implements AsyncDisposable {
  readonly #options: ScriptEngineOptions
  readonly #limits: ScriptLimits
  #runtime: Promise<ScriptRuntime> | undefined
  #isClosed = false

  constructor(options: ScriptEngineOptions = {}) {
    checkCount('poolSize', options.poolSize, 1)
    checkCount('poolSizeMax', options.poolSizeMax, 1)
    checkCount('waitingMax', options.waitingMax, 0)
    this.#options = options
    this.#limits = resolveLimits(options.limits, DEFAULT_LIMITS)
  }

  /** Starts the threads; resolves when a script would find one ready. */
  async warm(): Promise<void> {
    const runtime = await this.#open()
    await runtime.warm()
  }

  /**
   * Runs one script to its end.
   *
   * @param source TypeScript or JavaScript: the body of an async function, alone or in a markdown fence.
   * @returns Also for everything a script did wrong: `ok` tells. Positions are the source's own.
   * @throws {OptionError} A limit, a context or a replay that cannot be meant.
   * @throws {ValueRefusedError} What is no data in `stored`.
   */
  async run(source: string, settings: ScriptRunSettings): Promise<ScriptResult> {
    const limits = this.#limitsOf(settings)
    const runtime = await this.#open()
    return await runtime.run(source, settings, limits)
  }

  /** Scripts that still run are given up, and answered with `killed`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    const runtime = await this.#runtime
    await runtime?.[Symbol.asyncDispose]()
  }

  #open(): Promise<ScriptRuntime> {
    if (this.#isClosed) throw new OptionError('ScriptEngine', 'is closed; make another one.')
    this.#runtime ??= this.#load()
    return this.#runtime
  }

  async #load(): Promise<ScriptRuntime> {
    const { ScriptRuntime } = await import('./script-runtime.ts')
    const { poolSize, poolSizeMax, waitingMax, log = silentLog } = this.#options
    return new ScriptRuntime({ poolSize, poolSizeMax, waitingMax, limits: this.#limits, log })
  }

  #limitsOf({ limits }: ScriptRunSettings): ScriptLimits {
    if (limits === undefined) return this.#limits
    const resolved = resolveLimits(limits, this.#limits)
    if (resolved.stackBytesMax > this.#limits.stackBytesMax) {
      throw new OptionError(
        'limits.stackBytesMax',
        `a run cannot have more than its engine, whose threads are started for ${this.#limits.stackBytesMax}.`,
      )
    }
    return resolved
  }
}

function checkCount(option: string, value: number | undefined, min: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= min)) return
  throw new OptionError(option, `${value} is no whole number from ${min} on.`)
}
