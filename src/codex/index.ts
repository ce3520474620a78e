/** Threads, and the loop that joins every room below. */

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
export {
  type Approve,
  type CodexOptions,
  checkCodexOptions,
  checkThreadOptions,
  checkTurnOptions,
  type Hooks,
  type ModelOptions,
  type ProviderOptions,
  splitOptions,
  type ThreadOptions,
  type TurnLimits,
  type TurnOptions,
  type WhenBusy,
} from './options.ts'
export { Run } from './run.ts'
export { type StreamedTurn, Thread } from './thread.ts'
