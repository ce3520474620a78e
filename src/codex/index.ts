/** Threads, and the loop that joins every room below. */

export { checkCodexOptions, checkThreadOptions, checkTurnOptions, splitOptions } from './check-options.ts'
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
export type { HookCommand, HookCommands, HookEvent, HookGroup } from './hook-commands.ts'
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
} from './options.ts'
export { Run } from './run.ts'
export { type StreamedTurn, Thread } from './thread.ts'
