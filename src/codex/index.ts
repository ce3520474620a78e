/** Threads, and the loop that joins every room below. */

export { CodexRuntime, type Threads } from './codex.ts'
export type { Doors } from './doors.ts'
export {
  NoActiveTurnError,
  OutputSchemaError,
  RolloutDamagedError,
  ThreadBusyError,
  ThreadClosedError,
  TurnAbortedError,
  TurnBlockedError,
  TurnLimitError,
  UnknownApprovalError,
} from './errors.ts'
export type { HookCommand, HookCommands, HookEvent, HookGroup } from './hooks/hook-commands.ts'
export {
  checkCodexOptions,
  checkThreadOptions,
  checkTurnOptions,
  splitOptions,
} from './options/check-options.ts'
export type {
  AnswerUserInput,
  Approve,
  CodexOptions,
  Hooks,
  ImportedRollout,
  ModelOptions,
  ProviderOptions,
  RolloutImportOptions,
  ThreadOptions,
  TurnLimits,
  TurnOptions,
  UserInputRequest,
  WhenBusy,
} from './options/options.ts'
export { Run } from './run.ts'
export { type StreamedTurn, Thread } from './thread.ts'
