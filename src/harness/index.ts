/** The harness's public door. */

export type { TruncationPolicy } from '../std/truncate.ts'
export {
  type CarrierOptions,
  EXEC,
  execFreeformSpec,
  execFunctionSpec,
  toolCallsInstructions,
  WAIT,
  waitSpec,
} from './carriers.ts'
export { type CellReport, CellTable, DEFAULT_WAIT_MS, type ExecOptions, type WaitOptions } from './cells.ts'
export { CellError, PragmaError, ScriptStopError, ValueRefusedError } from './errors.ts'
export { DEFAULT_LIMITS, resolveLimits, type ScriptLimits } from './limits.ts'
export { type ExecRequest, parseExecRequest } from './pragma.ts'
export { DEFAULT_OUTPUT_TOKENS, renderCell, reportOf } from './render.ts'
export { ScriptEngine, type ScriptEngineOptions, type ScriptRunSettings } from './script-engine.ts'
export type { ClockSamples, ScriptReplay, ScriptSamples } from './script-replay.ts'
export type {
  CallState,
  ConsoleLine,
  ImageDetail,
  ScriptCallRecord,
  ScriptErrorKind,
  ScriptEvent,
  ScriptFailure,
  ScriptOutput,
  ScriptResult,
} from './script-result.ts'
export type { ScriptCall, ScriptTask, ScriptToolEntry, ScriptTools } from './script-tools.ts'
export { TaskSet, type TaskState } from './task-set.ts'
export {
  type DetectedEnd,
  type DetectedText,
  TOOL_CALLS_CLOSE,
  TOOL_CALLS_OPEN,
  ToolCallsDetector,
} from './tool-calls-block.ts'
export { type ToolFunction, type ToolTree, type TreeCall, toolsFromTree } from './tools-from-tree.ts'
