/** The public door of protocol/: the vocabulary that all rooms share. */

export { ApprovalDecision, ApprovalRequest } from './approval.ts'
export {
  CodexError,
  type CodexErrorOptions,
  isCodexError,
  ModelError,
  messageOf,
  OptionError,
  ScriptError,
  StoreError,
  ToolError,
  TurnError,
} from './errors.ts'
export type { FileKey, ThreadId, TurnId } from './ids.ts'
export type { JsonObject, JsonPrimitive, JsonSchema, JsonValue } from './json.ts'
export { ApprovalPolicy, Effect, ReasoningEffort, SandboxMode, ToolMode, WireApi } from './modes.ts'
export {
  type CallItem,
  type CallOutputItem,
  ContentItem,
  CustomToolCallItem,
  CustomToolCallOutputItem,
  FunctionCallItem,
  FunctionCallOutputItem,
  InputImage,
  InputText,
  isCall,
  isCallOutput,
  MessageItem,
  OtherItem,
  OutputText,
  ProviderData,
  ReasoningItem,
  ResponseItem,
  ToolOutput,
  WebSearchCallItem,
} from './response-item.ts'
export {
  ApprovalRequested,
  HistoryChanged,
  ItemDelta,
  SdkThreadEvent,
  ThreadEvent,
  TurnAborted,
} from './thread-event.ts'
export {
  AgentMessage,
  CommandExecution,
  ErrorItem,
  FileChange,
  McpToolCall,
  Reasoning,
  ScriptItem,
  SdkThreadItem,
  ThreadItem,
  TodoList,
  ToolCallItem,
  WebSearch,
} from './thread-item.ts'
export { ThreadMeta, ThreadRecord } from './thread-record.ts'
export type { CustomToolSpec, FunctionToolSpec, ToolSpec } from './tool-spec.ts'
export type { Turn } from './turn.ts'
export { Usage } from './usage.ts'
export { Input, UserInput } from './user-input.ts'
