/** What can go wrong at the harness's border. */

import { isCodexError, ScriptError } from '../protocol/errors.ts'
import type { ScriptErrorKind } from './script-result.ts'

/** A value that is not data, or too much of it, was to cross into a script. */
export class ValueRefusedError extends ScriptError {
  override readonly name = 'ValueRefusedError'
  override readonly code = 'value_refused'

  constructor(message: string) {
    super(message)
  }
}

/** Every worker is busy and as many scripts wait as may. */
export class PoolBusyError extends ScriptError {
  override readonly name = 'PoolBusyError'
  override readonly code = 'scripts_busy'
  override readonly retryable = true

  constructor(waiting: number) {
    super(`${waiting} scripts are waiting already. Run this one again when some of them have ended.`)
  }
}

/** A line `// @exec:` that cannot be meant, or a script that is not there. */
export class PragmaError extends ScriptError {
  override readonly name = 'PragmaError'
  override readonly code = 'bad_pragma'

  constructor(message: string) {
    super(message)
  }
}

/** `wait` named a cell that is not there, or that somebody waits for already. */
export class CellError extends ScriptError {
  override readonly name = 'CellError'
  override readonly code: 'cell_not_found' | 'cell_busy'

  constructor(code: 'cell_not_found' | 'cell_busy', message: string) {
    super(message)
    this.code = code
  }
}

/** A tool's answer to a call that ends the whole script at once: none of its `catch` or `finally` runs any more. */
export class ScriptStopError extends ScriptError {
  override readonly name = 'ScriptStopError'
  override readonly code = 'script_stopped'
  /** What the script's failure is known by. */
  readonly kind: ScriptErrorKind

  constructor({ kind = 'aborted', message }: { readonly kind?: ScriptErrorKind; readonly message: string }) {
    super(message)
    this.kind = kind
  }
}

/** Also one that another copy of this library made. */
export function isScriptStop(error: unknown): error is ScriptStopError {
  return isCodexError(error) && error.code === 'script_stopped'
}
