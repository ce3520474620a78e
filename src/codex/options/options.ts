/** Everything a host can ask for. */

import type { FeatureName } from '../../context/features.ts'
import type { ScriptLimits } from '../../harness/limits.ts'
import type { ProviderOptions as ProviderEndpoint } from '../../model/providers.ts'
import type { ModelEntry } from '../../model/slug.ts'
import type { Log } from '../../observability/log.ts'
import type { Tracer } from '../../observability/tracer.ts'
import type { EnvironmentPolicy } from '../../platform/environment.ts'
import type { ApprovalDecision, ApprovalRequest } from '../../protocol/approval.ts'
import type { ThreadId } from '../../protocol/ids.ts'
import type { ApprovalPolicy, ReasoningEffort, SandboxMode, ToolMode } from '../../protocol/modes.ts'
import type { ResponseItem } from '../../protocol/response-item.ts'
import type { Store } from '../../stores/ports.ts'
import type { CommandRules } from '../../tools/command-rules.ts'
import type { AfterToolCall, BeforeToolCall } from '../../tools/dispatch.ts'
import type { Pack } from '../../tools/pack.ts'
import type { UserAnswers, UserQuestion } from '../../tools/tool.ts'
import type { HookCommands } from '../hooks/hook-commands.ts'

/** A provider as a host configures it; what is left out comes from the shipped ones of the same name. */
export interface ProviderOptions extends ProviderEndpoint {
  /** Times a broken stream is asked for again. Default 5. */
  readonly streamRetriesMax?: number | undefined
}

/** A model slug of the host's own. */
export interface ModelOptions extends ModelEntry {
  /** Whether it takes free-text tools; default as is known of it. */
  readonly customTools?: boolean | undefined
  /** False for a model without tool calling: scripts then travel as a block in its text. */
  readonly toolCalls?: boolean | undefined
}

/** Where a turn has to stop. */
export interface TurnLimits {
  /** Model requests of a turn. Default 200. */
  stepsMax?: number | undefined
  /** Tokens of a turn, input and output together. */
  tokensMax?: number | undefined
  /** US dollars of a turn. The models need a known price: see `models`. */
  costUsdMax?: number | undefined
  /** Milliseconds of a turn. */
  wallMs?: number | undefined
  /** Of each script. Defaults: 60 s of wall time, 5 s of its own, 64 MiB, 1,000 calls; see `codex-ts/script`. */
  script?: Partial<ScriptLimits> | undefined
}

/** Called in the host's process. What they throw fails the turn; from the two around a call, it fails the call. */
export interface Hooks {
  beforeTurn?: ((turn: { threadId: string; turnId: string }) => void | Promise<void>) | undefined
  afterResponse?:
    | ((response: { turnId: string; step: number; items: readonly ResponseItem[] }) => void | Promise<void>)
    | undefined
  beforeToolCall?: BeforeToolCall | undefined
  afterToolCall?: AfterToolCall | undefined
  onError?: ((error: unknown) => void | Promise<void>) | undefined
  /** Programs of the host's, in the shape of Codex's `hooks.json`; they come after the functions. */
  commands?: HookCommands | undefined
}

/** Answers a question about a call; not answering yes is no. */
export type Approve = (
  request: ApprovalRequest,
  options: { signal: AbortSignal },
) => Promise<ApprovalDecision> | ApprovalDecision

/** Questions that a tool puts to the user. */
export interface UserInputRequest {
  readonly threadId: string
  readonly turnId: string
  readonly callId: string
  readonly questions: readonly UserQuestion[]
}

/** Gives the user's answers, by the ids of the questions. A rejection tells the model that there are none. */
export type AnswerUserInput = (
  request: UserInputRequest,
  options: { signal: AbortSignal },
) => Promise<UserAnswers> | UserAnswers

/** What a second run on a busy thread does: fail, wait its turn, or join the running one. */
export type WhenBusy = 'reject' | 'queue' | 'steer'

export type HistoryName = 'regular' | 'one-shot'

export interface ThreadOptions {
  model?: string | undefined
  /** Default: the current directory when the `Codex` was made. */
  workingDirectory?: string | undefined
  /** Default `read-only`. */
  sandboxMode?: SandboxMode | undefined
  /** Default `never`, or `on-request` when `approve` is given. */
  approvalPolicy?: ApprovalPolicy | undefined
  /** Default `script`. */
  toolMode?: ToolMode | undefined
  /** What the model sees of earlier turns: all of them, compacted in time, or none. Default `regular`. */
  history?: HistoryName | undefined
  /** Tools of this thread alone, beside those of the `Codex`. */
  packs?: readonly (string | Pack)[] | undefined
  /** Default `reject`. */
  whenBusy?: WhenBusy | undefined
  modelReasoningEffort?: ReasoningEffort | undefined
  /** Further folders that the tools may touch. */
  additionalDirectories?: readonly string[] | undefined
  /** Stands before everything else that the developer says to the model. */
  developerInstructions?: string | undefined
  /** Where the newest prompt is repeated. Default `off` in direct mode, otherwise `tail`. */
  pinPrompt?: 'tail' | 'head' | 'off' | undefined
  /**
   * Where the notes of the board stand: in front of the newest prompt, or of the whole conversation, where each change
   * costs the provider's cache. Default `tail`.
   */
  boardPosition?: 'tail' | 'head' | undefined
  /**
   * Who the model speaks for, where a thread carries several voices. Recorded with the thread and with what the model
   * makes; what others made is shown to it as theirs.
   */
  agentId?: string | undefined
  /** Recorded with the thread. */
  threadSource?: string | undefined
  /** Accepted for `@openai/codex-sdk`; a thread needs no repository here. */
  skipGitRepoCheck?: boolean | undefined
  /** Whether commands may use the network in `workspace-write`. Default false. */
  networkAccessEnabled?: boolean | undefined
  /** Accepted for `@openai/codex-sdk`. */
  webSearchMode?: 'disabled' | 'cached' | 'live' | undefined
  /** Accepted for `@openai/codex-sdk`. */
  webSearchEnabled?: boolean | undefined
}

export interface TurnOptions {
  signal?: AbortSignal | undefined
  /** zod, any Standard Schema, or JSON Schema: the final response is JSON of this shape. */
  outputSchema?: unknown
  /** Another model for this turn alone. */
  model?: string | undefined
  /** Who says the prompt, where that is not the one user: another agent, or one of several users. */
  author?: string | undefined
  /** Accepted for `@openai/codex-sdk`. */
  cyberAccessProgram?: string | undefined
}

export interface CodexOptions {
  /** The model of threads that name none. */
  model?: string | undefined
  providers?: Readonly<Record<string, ProviderOptions>> | undefined
  models?: Readonly<Record<string, ModelOptions>> | undefined
  /** Packs, or slugs of those that ship. Default `['core-codex', 'file-cabinet']`. */
  packs?: readonly (string | Pack)[] | undefined
  /** Default: files under `~/.codex-ts`. */
  store?: Store | undefined
  approve?: Approve | undefined
  /** With it, the model has the tool `request_user_input`. */
  requestUserInput?: AnswerUserInput | undefined
  /** What is known of commands before anyone is asked: prefixes, and lists of programs. */
  commandRules?: CommandRules | undefined
  /**
   * Which variables commands inherit. Default: the search path, home, shell, user, language and temporary folder; with
   * `env`, all of it. What looks like a secret only when it is named. Codex's own: `{ inherit: 'all', ignoreDefaultExcludes: true }`.
   */
  shellEnvironmentPolicy?: EnvironmentPolicy | undefined
  hooks?: Hooks | undefined
  /** A program and its first arguments, started after each turn that is completed; one of JSON follows, as Codex has it. */
  notify?: readonly string[] | undefined
  /** Switches by name; see docs/context.md. */
  features?: Readonly<Partial<Record<FeatureName, boolean>>> | undefined
  limits?: TurnLimits | undefined
  log?: Log | undefined
  /** An OpenTelemetry tracer. */
  tracer?: Tracer | undefined
  /** The environment that keys are read from and commands inherit from. Default: the process's own. */
  env?: Readonly<Record<string, string>> | undefined
  /** `@openai/codex-sdk`: the key of the provider at `baseUrl`, or of OpenAI. */
  apiKey?: string | undefined
  /** `@openai/codex-sdk`: the Responses endpoint for models that name no provider. */
  baseUrl?: string | undefined
  /** `@openai/codex-sdk`: `model`, `model_provider`, `model_providers`, `approval_policy`, `sandbox_mode` are honoured. */
  config?: Readonly<Record<string, unknown>> | undefined
  /** Accepted for `@openai/codex-sdk`; there is no binary. */
  codexPathOverride?: string | undefined
  /** Accepted for `@openai/codex-sdk`; there is no binary. */
  configOverrides?: readonly string[] | undefined
}

/** How a rollout file of Codex becomes a thread. */
export interface RolloutImportOptions {
  /**
   * What the provider that the file names is called in your `providers`; its own name unless told. Reasoning goes back to
   * that provider alone, and to the model that made it.
   */
  readonly provider?: string
  /** The model that the thread goes on with; the `Codex`'s own unless told. */
  readonly model?: string
  /** Under an id of its own, beside a thread that has the file's; false unless told. */
  readonly newId?: boolean
}

export interface ImportedRollout {
  /** For `codex.resumeThread()`. */
  readonly threadId: ThreadId
  /** How many lines of each type said nothing that is kept. */
  readonly skipped: Readonly<Record<string, number>>
}
