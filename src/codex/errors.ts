/** How a run can end other than well. */

import { CodexError, ModelError, StoreError, ToolError, TurnError } from '../protocol/errors.ts'
import type { Turn } from '../protocol/turn.ts'

/** The turn was stopped: by its signal, `interrupt()`, leaving the loop, or closing. Its `name` is the platform's. */
export class TurnAbortedError extends TurnError<Turn> {
  override readonly name = 'AbortError'
  readonly code = 'aborted'
  readonly reason: 'interrupted' | 'closed'

  constructor(turn: Turn, reason: 'interrupted' | 'closed', cause?: unknown) {
    super(
      reason === 'closed'
        ? 'The turn was stopped because its thread was closed.'
        : cause instanceof ToolError
          ? `The turn was interrupted: ${cause.message}`
          : 'The turn was interrupted.',
      turn,
      { cause },
    )
    this.reason = reason
  }
}

/** A limit of the host's was reached; what was done until then is kept in the thread. */
export class TurnLimitError extends TurnError<Turn> {
  override readonly name = 'TurnLimitError'
  readonly code = 'turn_limit'
  readonly limit: string

  constructor(turn: Turn, limit: string, reached: number) {
    super(`The turn stopped at limits.${limit}: ${reached}. Raise the limit, or run again to go on.`, turn)
    this.limit = limit
  }
}

/** A hook's program did not let the prompt through; the model was not told of it. */
export class TurnBlockedError extends TurnError<Turn> {
  override readonly name = 'TurnBlockedError'
  readonly code = 'turn_blocked'
  /** In the program's words. */
  readonly reason: string

  constructor(turn: Turn, reason: string) {
    super(`A hook blocked the turn: ${reason}`, turn)
    this.reason = reason
  }
}

/** The final response is not what `outputSchema` asks for. */
export class OutputSchemaError extends TurnError<Turn> {
  override readonly name = 'OutputSchemaError'
  readonly code = 'output_schema'
  override readonly retryable = true

  constructor(turn: Turn, issues: readonly string[]) {
    super(`The final response does not fit outputSchema: ${issues.join('; ')}.`, turn)
  }
}

/** A second run came while the thread was at work. */
export class ThreadBusyError extends CodexError {
  override readonly name = 'ThreadBusyError'
  readonly code = 'thread_busy'
  override readonly retryable = true
  readonly threadId: string

  constructor(threadId: string) {
    super(
      `Thread ${threadId} is running a turn. Await it, or start the thread with whenBusy 'queue' or 'steer'.`,
    )
    this.threadId = threadId
  }
}

/** Steering or answering needs a turn that runs. */
export class NoActiveTurnError extends CodexError {
  override readonly name = 'NoActiveTurnError'
  readonly code = 'no_active_turn'

  constructor(threadId: string) {
    super(`Thread ${threadId} runs no turn at the moment. Call run() instead.`)
  }
}

/** An answer came for a question that nobody asks, or no longer. */
export class UnknownApprovalError extends CodexError {
  override readonly name = 'UnknownApprovalError'
  readonly code = 'unknown_approval'

  constructor(id: string) {
    super(`No call waits for approval ${id}. thread.approvals() lists those that do.`)
  }
}

export class ThreadClosedError extends CodexError {
  override readonly name = 'ThreadClosedError'
  readonly code = 'thread_closed'

  constructor(threadId: string) {
    super(`Thread ${threadId} is closed. Use codex.resumeThread() to go on with it.`)
  }
}

/** The model was asked to summarise the conversation, and said nothing. */
export class EmptySummaryError extends ModelError {
  override readonly name = 'EmptySummaryError'
  readonly code = 'empty_summary'
  override readonly retryable = true

  constructor() {
    super(
      'The model gave no summary of the conversation, so nothing was compacted. Try again, or with another model.',
    )
  }
}

/** A file of Codex's cannot become a thread. */
export class RolloutDamagedError extends StoreError {
  override readonly name = 'RolloutDamagedError'
  readonly code = 'rollout_damaged'
  readonly file: string
  /** Counted from 1. */
  readonly line: number

  constructor({ file, line, problem }: { file: string; line: number; problem: string }) {
    super(
      `The rollout file ${file} cannot be read: line ${line}: ${problem}. Nothing was imported. ` +
        'Mend or remove that line in a copy of the file, and import the copy.',
    )
    this.file = file
    this.line = line
  }
}
