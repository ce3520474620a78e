/** Scripts for the threads of one `Codex`: they share the engine, each has its own cells. */

import { ScriptEngine } from '../harness/index.ts'
import type { TurnPlan } from './turn-plan.ts'
import type { ScriptCarrier } from './turn-scope.ts'

export class ScriptHost implements AsyncDisposable {
  readonly #engine = new ScriptEngine()

  openThread(): ThreadScripts {
    return new ThreadScripts(this.#engine)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine[Symbol.asyncDispose]()
  }
}

export class ThreadScripts {
  readonly #engine: ScriptEngine
  constructor(engine: ScriptEngine) {
    this.#engine = engine
  }
  carrierFor(_plan: TurnPlan): ScriptCarrier | null {
    return this.#engine === undefined ? null : null
  }
  async close(): Promise<void> {}
}
