/** Commands that outlive the call that started them, under the numbers that a model knows them by. */

import type { CommandRequest, CommandResult } from './command.ts'

/** One look at a command: what it printed since the last look. */
export interface ProcessSnapshot {
  /** At most 1 MiB, half from the head and half from the tail with a note of the bytes missing between. */
  readonly output: string
  /** What it printed, kept or not. */
  readonly outputBytes: number
  readonly omittedBytes: number
  /** Null while it runs. */
  readonly exitCode: number | null
  /** Null once it has ended: the number is then free. */
  readonly sessionId: number | null
  readonly wallTimeMs: number
}

export interface ProcessTable extends AsyncDisposable {
  /**
   * Start a command and wait for its end, `yieldMs` at most. An abort ends the waiting, not the command.
   *
   * @param options `onEnded` is called once, when the command has ended, which may be long after this has resolved.
   * @throws {CommandNotStartedError} @throws {SandboxUnavailableError}
   */
  start(
    request: CommandRequest,
    options: {
      readonly yieldMs: number
      readonly signal?: AbortSignal
      readonly onEnded?: (result: CommandResult) => void
    },
  ): Promise<ProcessSnapshot>
  /**
   * Write to a command and look at it again. `chars` may be empty: a look only.
   *
   * @throws {UnknownProcessError} @throws {StdinClosedError}
   */
  write(
    sessionId: number,
    chars: string,
    options: { readonly yieldMs: number; readonly signal?: AbortSignal },
  ): Promise<ProcessSnapshot>
}
