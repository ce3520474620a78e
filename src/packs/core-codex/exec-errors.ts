/** What unified exec tells the model when it cannot do what it asked. */

import { ToolError } from '../../protocol/errors.ts'

/** A tool of unified exec could not reach its command. `cause` has the facts. */
export class ExecFailedError extends ToolError {
  override readonly name = 'ExecFailedError'
  override readonly code: string

  /** The form of the message is upstream's. */
  constructor(tool: 'exec_command' | 'write_stdin', cause: ToolError) {
    super(`${tool} failed: ${cause.message}`, { cause })
    this.code = cause.code
  }
}
