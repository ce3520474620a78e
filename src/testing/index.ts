/** `codex-ts/testing`: a scripted provider on loopback, which checks each request. */

export { ProviderViolationsError } from './errors.ts'
export {
  cutsAfter,
  cutsAfterBytes,
  drops,
  endsWithoutTerminalEvent,
  fails,
  hangs,
  incomplete,
  malformed,
  refuses,
  stalls,
} from './faults.ts'
export type {
  CallOptions,
  DeltaOptions,
  Ending,
  Fault,
  Interruption,
  ItemOptions,
  Part,
  Refusal,
  Setting,
  StepAnswer,
  StreamPart,
} from './parts.ts'
export { type ProviderOptions, type ScriptedProvider, startProvider } from './provider.ts'
export type { ProviderRequest, SentItem } from './requests.ts'
export type { Rule, Violation } from './rules.ts'
export {
  calls,
  comments,
  continues,
  custom,
  drips,
  inChunksOf,
  plays,
  repeatsIds,
  type Step,
  says,
  sends,
  thinks,
  uses,
  withHeaders,
} from './script.ts'
