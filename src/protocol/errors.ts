/** The tree of errors that leave this library, sorted by who reads them. */

const MARK = Symbol.for('codex-ts.error')

export interface CodexErrorOptions {
  cause?: unknown
}

/**
 * What every error of ours has in common.
 *
 * Ask `isCodexError(error)` rather than `instanceof`: two copies of this library can meet in one process.
 */
export abstract class CodexError extends Error {
  /** A stable word for programs, in snake case; `message` is for people. */
  abstract readonly code: string
  /** True when the same request, unchanged, may succeed later. */
  readonly retryable: boolean = false
  readonly [MARK] = true

  constructor(message: string, options?: CodexErrorOptions) {
    super(message, options)
  }
}

/** Whether `error` is one of ours, also when another copy of this library made it. */
export function isCodexError(error: unknown): error is CodexError {
  return typeof error === 'object' && error !== null && MARK in error
}

/** The model reads it: it becomes the tool's output, and the turn goes on. */
export class ToolError extends CodexError {
  override readonly name: string = 'ToolError'
  readonly code: string = 'tool_failed'
}

/** A script could not be run, or not be looked at, as the model asked. */
export abstract class ScriptError extends ToolError {}

/** The host reads it: a turn was aborted, refused or stopped by a limit. `turn` is what there is of it. */
export abstract class TurnError<T = unknown> extends CodexError {
  readonly turn: T

  constructor(message: string, turn: T, options?: CodexErrorOptions) {
    super(message, options)
    this.turn = turn
  }
}

/** The host reads it: a provider refused, could not be reached, or broke its own protocol. */
export abstract class ModelError extends CodexError {}

/** The host reads it: a thread or a document could not be read or kept. */
export abstract class StoreError extends CodexError {}

/** The developer reads it: options that cannot be meant. The message begins with the option's name. */
export class OptionError extends CodexError {
  override readonly name = 'OptionError'
  readonly code = 'bad_option'
  /** The option's path, such as `providers.local.baseUrl`. */
  readonly option: string

  constructor(option: string, problem: string, options?: CodexErrorOptions) {
    super(`${option}: ${problem}`, options)
    this.option = option
  }
}

/** What went wrong, in one line without a stack: for a model, an event or a log. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message === '' ? error.name : error.message
  return typeof error === 'string' ? error : String(error)
}
