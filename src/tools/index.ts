/** What a tool is, and everything one needs to run it. */

export type { TruncationPolicy } from '../std/truncate.ts'
export {
  type ApprovalGate,
  type AskApproval,
  assessCall,
  effectsOf,
  SessionApprovals,
} from './approval.ts'
export type { AssessedQuestion, Assessment, AssessmentContext } from './assessment.ts'
export { describeTool, findTools, indexLine, scriptCatalogue } from './catalogue.ts'
export type { Chat, ChatData, ChatMessage, ChatOptions, ChatResult } from './chat.ts'
export { isDangerous, isKnownSafe, proposedRule } from './command-risk.ts'
export {
  type CommandDecision,
  type CommandJudgement,
  type CommandRules,
  checkCommandRules,
  judgeCommands,
  type PrefixRule,
} from './command-rules.ts'
export { declaration, declarations } from './declarations.ts'
export {
  type AfterToolCall,
  type BeforeToolCall,
  type DispatchCall,
  type Dispatcher,
  type DispatchOutcome,
  dispatch,
  type ToolCallVerdict,
} from './dispatch.ts'
export {
  ApprovalDeniedError,
  InvalidArgumentsError,
  InvalidOutputError,
  ToolAbortedError,
  ToolTimeoutError,
  UserInputUnavailableError,
} from './errors.ts'
export { capOutput, renderOutcome } from './model-output.ts'
export { definePack, type Pack } from './pack.ts'
export { inputFromArguments } from './positional.ts'
export { referenceDeclarations, referenceJson, referenceMarkdown } from './reference.ts'
export {
  type InputOf,
  isStandardSchema,
  type OutputOf,
  type Schema,
  type StandardSchema,
  toJsonSchema,
  type Validation,
  validate,
} from './schema.ts'
export {
  type AnyTool,
  type BoardNote,
  type CallOutcome,
  type CallPreview,
  defineTool,
  type ItemBody,
  type ItemView,
  type ModelAbilities,
  type NewBoardNote,
  type RequestUserInput,
  type Requirement,
  type ThreadDocuments,
  type Tool,
  type ToolBoard,
  type ToolContext,
  type ToolProgress,
  type UserAnswers,
  type UserQuestion,
} from './tool.ts'
export { type RegisteredTool, ToolSet } from './tool-set.ts'
