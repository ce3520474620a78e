/** Threads, and the loop that joins every room below. */

export { checkCodexOptions, checkThreadOptions, checkTurnOptions, splitOptions } from './check-options.ts'
export { CodexRuntime, type Threads } from './codex.ts'
export type { Doors } from './doors.ts'
export {
  NoActiveTurnError,
  OutputSchemaError,
  ThreadBusyError,
  ThreadClosedError,
  TurnAbortedError,
  TurnLimitError,
  UnknownApprovalError,
} from './errors.ts'
export type {
  AnswerUserInput,
  Approve,
  CodexOptions,
  Hooks,
  ModelOptions,
  ProviderOptions,
  ThreadOptions,
  TurnLimits,
  TurnOptions,
  UserInputRequest,
  WhenBusy,
} from './options.ts'
export { Run } from './run.ts'
export { type StreamedTurn, Thread } from './thread.ts'
