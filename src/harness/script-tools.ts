/** The tools a script can call, as the harness needs them said. */

export interface ScriptToolEntry {
  /** Where it stands under `tools`, with dots: `exec`, `fc.get`. */
  readonly path: string
  /** Other paths that mean the same tool. */
  readonly aliases?: readonly string[]
  readonly description: string
  /** One line that calls it, for the error that a wrong name gives. */
  readonly example?: string
}

export interface ScriptCall {
  /** Unique in this process. */
  readonly callId: string
  /** The entry's path, also when the script used an alias. */
  readonly path: string
  /** Aborted when the script is stopped, or has ended without this call. */
  readonly signal: AbortSignal
  /** Stops the script's wall clock while a person is asked; call what it gives to go on. */
  readonly pauseClock: () => () => void
}

/** A call that outlives its script. */
export interface ScriptTask {
  /** The script knows the task by it; unique as far as the run's `taskPrefix` is. */
  readonly taskId: string
  /** The entry's path, without `spawn.`. */
  readonly path: string
}

export interface ScriptTools {
  /** The same array from run to run when the tools are the same: then workers are told only once. */
  readonly entries: readonly ScriptToolEntry[]
  /**
   * @param args As the script passed them, data only: JSON values, undefined, BigInt, Date, Map, Set, Uint8Array.
   * @returns Data of the same kinds. A rejection with an Error makes the script's call throw an Error of that
   *   name and message; one with a `ScriptStopError` ends the script there.
   */
  call(args: readonly unknown[], call: ScriptCall): Promise<unknown>
  /**
   * Called in the place of `call` for `tools.spawn.<path>`; without it scripts find no `tools.spawn`.
   *
   * The script has the task's id at once, and finds what this resolves to in `done` while it runs. When the script ends,
   * nothing happens to the task: nobody waits for it, and what it gives then goes nowhere. `tools.spawn.list` and its like
   * are entries as all others.
   */
  readonly spawn?: (args: readonly unknown[], task: ScriptTask) => Promise<unknown>
}
