/** How a call can end without its tool having failed of itself. */

import { ToolError } from '../protocol/errors.ts'

/** The arguments do not parse, or do not fit the tool's input schema; the tool did not run. */
export class InvalidArgumentsError extends ToolError {
  override readonly name = 'InvalidArgumentsError'
  override readonly code = 'invalid_arguments'
  readonly tool: string
  /** Each says where and what, such as `path: expected string, received number`. */
  readonly issues: readonly string[]

  constructor(tool: string, issues: readonly string[], schema: unknown) {
    super(
      `${tool} did not run: its arguments do not fit. ${issues.join('; ')}. ` +
        `Call it again with arguments of this JSON Schema: ${JSON.stringify(schema)}`,
    )
    this.tool = tool
    this.issues = issues
  }
}

/** The tool gave what its own output schema forbids: the tool author's mistake. */
export class InvalidOutputError extends ToolError {
  override readonly name = 'InvalidOutputError'
  override readonly code = 'invalid_output'

  constructor(tool: string, issues: readonly string[]) {
    super(`${tool} ran, but what it gave back does not fit its own output schema: ${issues.join('; ')}.`)
  }
}

/** A person or the policy said no; the tool did not run. */
export class ApprovalDeniedError extends ToolError {
  override readonly name = 'ApprovalDeniedError'
  override readonly code = 'approval_denied'
  /** Whether the answer also ends the turn. */
  readonly endsTurn: boolean

  constructor(message: string, endsTurn = false) {
    super(message)
    this.endsTurn = endsTurn
  }
}

export class ToolTimeoutError extends ToolError {
  override readonly name = 'ToolTimeoutError'
  override readonly code = 'tool_timeout'
  override readonly retryable = true

  constructor(tool: string, timeoutMs: number, stillRunning: boolean) {
    super(
      `${tool} was stopped after ${timeoutMs} ms, its time limit.` +
        (stillRunning ? ' It did not answer the stop and may still be running.' : ''),
    )
  }
}

/** The turn was stopped while the tool ran. */
export class ToolAbortedError extends ToolError {
  override readonly name = 'ToolAbortedError'
  override readonly code = 'aborted'

  constructor(stillRunning: boolean) {
    super(stillRunning ? 'aborted; it did not answer the stop and may still be running' : 'aborted')
  }
}

/** A tool wants a model, and its host has none. */
export class ChatUnavailableError extends ToolError {
  override readonly name = 'ChatUnavailableError'
  override readonly code = 'chat_unavailable'

  constructor() {
    super('No model was asked: scripts that run without an agent have none. Do it without a model.')
  }
}

/** A question for the user, and nobody to put it to. */
export class UserInputUnavailableError extends ToolError {
  override readonly name = 'UserInputUnavailableError'
  override readonly code = 'user_input_unavailable'

  constructor() {
    super('The user was not asked: nobody is there to answer. Decide yourself, and say what you assumed.')
  }
}
