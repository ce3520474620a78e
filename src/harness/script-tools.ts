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

export interface ScriptTools {
  /** The same array from run to run when the tools are the same: then workers are told only once. */
  readonly entries: readonly ScriptToolEntry[]
  /**
   * @param args As the script passed them, data only: JSON values, undefined, BigInt, Date, Map, Set, Uint8Array.
   * @returns Data of the same kinds. A rejection with an Error makes the script's call throw an Error of that name and message.
   */
  call(args: readonly unknown[], call: ScriptCall): Promise<unknown>
}
