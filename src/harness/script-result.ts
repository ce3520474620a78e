/** What running a script gives. */

/** Why a script failed. */
export type ScriptErrorKind =
  | 'syntax'
  | 'runtime'
  | 'tool'
  | 'unknown-tool'
  | 'timeout'
  | 'cpu'
  | 'instructions'
  | 'memory'
  | 'stack'
  | 'killed'
  | 'deadlock'
  | 'serialization'
  | 'limit-args'
  | 'limit-output'
  | 'limit-calls'
  | 'limit-tasks'
  | 'detached'
  | 'unhandled'
  | 'forbidden'
  | 'aborted'
  | 'busy'

export interface ScriptFailure {
  readonly kind: ScriptErrorKind
  /** What happened and what to do, with the position as `script.ts:line:column` where one is known. */
  readonly message: string
  /** In the model's own source, counted from 1. */
  readonly line?: number
  readonly column?: number
  /** The source line with a caret under the column. */
  readonly frame?: string
}

/**
 * `never-started`: the script asked for it, but it waited for its turn until the end. `spawned`: a task was started; how
 * it ends is not the script's concern.
 */
export type CallState = 'done' | 'failed' | 'aborted' | 'never-started' | 'spawned'

/** One line of the call ledger. */
export interface ScriptCallRecord {
  /** Of a task, its id. */
  readonly callId: string
  readonly path: string
  readonly state: CallState
  readonly durationMs: number
  /** What a failed call said; for an aborted one, whether it may still be running. */
  readonly message?: string
}

export type ScriptOutput =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly imageUrl: string; readonly detail: ImageDetail }

export type ImageDetail = 'auto' | 'low' | 'high' | 'original'

export interface ConsoleLine {
  readonly level: 'log' | 'info' | 'debug' | 'warn' | 'error'
  readonly text: string
}

interface ScriptTrace {
  /** What the script gave by `text()` and `image()`, in order. */
  readonly output: readonly ScriptOutput[]
  /** In the order of the calls. */
  readonly calls: readonly ScriptCallRecord[]
  readonly logs: readonly ConsoleLine[]
  /** For the model: what went otherwise than it may think, such as a call that nobody awaited. */
  readonly warnings: readonly string[]
}

export type ScriptResult =
  | ({ readonly ok: true; readonly value: unknown } & ScriptTrace)
  | ({ readonly ok: false; readonly error: ScriptFailure } & ScriptTrace)

/** What a script does while it runs. */
export type ScriptEvent =
  /** At most 20 a second; several lines come together. */
  | { readonly type: 'console_written'; readonly lines: readonly ConsoleLine[] }
  | { readonly type: 'output_added'; readonly output: ScriptOutput }
  /** `notify()`: something the model should know at once. */
  | { readonly type: 'notified'; readonly text: string }
  /** `store()`: what later scripts will `load`, told once the script has ended. */
  | { readonly type: 'stored'; readonly entries: ReadonlyArray<readonly [key: string, value: unknown]> }
  /** `yield_control()`: the model may look at the output so far. */
  | { readonly type: 'yielded' }
  | { readonly type: 'task_started'; readonly taskId: string; readonly path: string }
  | { readonly type: 'call_started'; readonly callId: string; readonly path: string }
  | { readonly type: 'call_ended'; readonly call: ScriptCallRecord }
