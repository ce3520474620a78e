/** What unified exec tells the model when it cannot do what it asked. */

import { ToolError } from '../../protocol/errors.ts'

/** A terminal was asked for. */
export class TerminalUnavailableError extends ToolError {
  override readonly name = 'TerminalUnavailableError'
  override readonly code = 'terminal_unavailable'

  constructor() {
    super(
      'exec_command failed: this build runs commands without a terminal, so tty must be false. ' +
        'Call it again without tty; a command that needs input can have it by a pipe or a here-document.',
    )
  }
}

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
