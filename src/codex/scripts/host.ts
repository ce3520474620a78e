/** Scripts for the threads of one `Codex`: they share the engine, each has its own cells. */

import { CellTable, ScriptEngine, type ScriptLimits } from '../../harness/index.ts'
import type { Log } from '../../observability/log.ts'
import type { ScriptCarrier } from '../turn/turn-scope.ts'
import { type ScriptPlan, scriptCarrier } from './carrier.ts'
import { ScriptGate } from './gate.ts'

export class ScriptHost implements AsyncDisposable {
  readonly #engine: ScriptEngine

  /** @throws {OptionError} A limit that cannot be meant. */
  constructor(limits: Partial<ScriptLimits> | undefined, log: Log) {
    this.#engine = new ScriptEngine({ log, ...(limits === undefined ? {} : { limits }) })
    // A failure to start a worker meets the first script, which says so.
    this.#engine.warm().catch(() => {})
  }

  openThread(): ThreadScripts {
    return new ThreadScripts(this.#engine)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine[Symbol.asyncDispose]()
  }
}

/** The scripts of one thread: some may still run when a turn is over. */
export class ThreadScripts {
  /** Calls of a script go to the turn that runs, and wait while none does. */
  readonly gate = new ScriptGate()
  readonly #cells: CellTable

  constructor(engine: ScriptEngine) {
    this.#cells = new CellTable(engine)
  }

  carrierFor(plan: ScriptPlan): ScriptCarrier {
    return scriptCarrier(plan, this.#cells, this.gate)
  }

  async close(): Promise<void> {
    await this.#cells[Symbol.asyncDispose]()
  }
}
