/** Commands that outlive the call that started them, under the numbers that a model knows them by. */

import type { CommandRequest } from './command.ts'

/** One look at a command: what it printed since the last look. */
export interface ProcessSnapshot {
  readonly output: string
  /** Null while it runs. */
  readonly exitCode: number | null
  /** Null once it has ended: the number is then free. */
  readonly sessionId: number | null
  readonly wallTimeMs: number
}

export interface ProcessTable extends AsyncDisposable {
  /** Start a command and wait for its end, `yieldMs` at most. */
  start(
    request: CommandRequest,
    options: { readonly yieldMs: number; readonly signal?: AbortSignal },
  ): Promise<ProcessSnapshot>
  /** Write to a command and look at it again. `chars` may be empty: a look only. */
  write(
    sessionId: number,
    chars: string,
    options: { readonly yieldMs: number; readonly signal?: AbortSignal },
  ): Promise<ProcessSnapshot>
}
