/** Everything a host can ask for, and the check that it can be meant. */

import type { ScriptLimits } from '../harness/limits.ts'
import type { ProviderOptions as ProviderEndpoint } from '../model/providers.ts'
import type { ModelEntry } from '../model/slug.ts'
import type { Log } from '../observability/log.ts'
import type { Tracer } from '../observability/tracer.ts'
import type { ApprovalDecision, ApprovalRequest } from '../protocol/approval.ts'
import { OptionError } from '../protocol/errors.ts'
import type { ApprovalPolicy, ReasoningEffort, SandboxMode, ToolMode } from '../protocol/modes.ts'
import type { ResponseItem } from '../protocol/response-item.ts'
import type { Store } from '../stores/ports.ts'
import type { AfterToolCall, BeforeToolCall } from '../tools/dispatch.ts'
import type { Pack } from '../tools/pack.ts'

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
  /** Milliseconds of a turn. */
  wallMs?: number | undefined
  /** Of each script. Defaults: 60 s of wall time, 5 s of its own, 64 MiB, 1,000 calls; see `codex-ts/script`. */
  script?: Partial<ScriptLimits> | undefined
}

/** Called in the host's process; what they throw fails the turn. */
export interface Hooks {
  beforeTurn?: ((turn: { threadId: string; turnId: string }) => void | Promise<void>) | undefined
  afterResponse?:
    | ((response: { turnId: string; step: number; items: readonly ResponseItem[] }) => void | Promise<void>)
    | undefined
  beforeToolCall?: BeforeToolCall | undefined
  afterToolCall?: AfterToolCall | undefined
  onError?: ((error: unknown) => void | Promise<void>) | undefined
}

/** Answers a question about a call; not answering yes is no. */
export type Approve = (
  request: ApprovalRequest,
  options: { signal: AbortSignal },
) => Promise<ApprovalDecision> | ApprovalDecision

/** What a second run on a busy thread does: fail, wait its turn, or join the running one. */
export type WhenBusy = 'reject' | 'queue' | 'steer'

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
  /** Default `regular`. */
  history?: 'regular' | undefined
  /** Default `reject`. */
  whenBusy?: WhenBusy | undefined
  modelReasoningEffort?: ReasoningEffort | undefined
  /** Further folders that the tools may touch. */
  additionalDirectories?: readonly string[] | undefined
  /** Stands before everything else that the developer says to the model. */
  developerInstructions?: string | undefined
  /** Where the newest prompt is repeated. Default `off` in direct mode, otherwise `tail`. */
  pinPrompt?: 'tail' | 'head' | 'off' | undefined
  /** Recorded with the thread. */
  threadSource?: string | undefined
  /** Accepted for `@openai/codex-sdk`; a thread needs no repository here. */
  skipGitRepoCheck?: boolean | undefined
  /** Accepted for `@openai/codex-sdk`. */
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
  hooks?: Hooks | undefined
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

type Check = (value: unknown) => string | null

const string: Check = (value) => (typeof value === 'string' ? null : 'must be a string')
const nonEmpty: Check = (value) =>
  typeof value === 'string' && value !== '' ? null : 'must be a non-empty string'
const boolean: Check = (value) => (typeof value === 'boolean' ? null : 'must be true or false')
const count: Check = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1
    ? null
    : 'must be a whole number from 1 up'
const countOrZero: Check = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0
    ? null
    : 'must be a whole number from 0 up'
const number: Check = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? null : 'must be a number'
const callback: Check = (value) => (typeof value === 'function' ? null : 'must be a function')
const record: Check = (value) => (isRecord(value) ? null : 'must be an object')
const strings: Check = (value) =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string')
    ? null
    : 'must be an array of strings'
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string)
      ? null
      : `must be one of ${words.join(', ')}, not ${JSON.stringify(value)}`
const methods =
  (...names: readonly string[]): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === 'function')
      ? null
      : `must have the methods ${names.join(', ')}`
const signal: Check = (value) => (value instanceof AbortSignal ? null : 'must be an AbortSignal')
const packList: Check = (value) =>
  Array.isArray(value) &&
  value.every((pack) => typeof pack === 'string' || (isRecord(pack) && Array.isArray(pack.tools)))
    ? null
    : 'must be an array of packs, each { slug, tools }, or slugs'
const webAddress: Check = (value) => {
  const url = typeof value === 'string' ? URL.parse(value) : null
  return url !== null && /^https?:$/.test(url.protocol) ? null : 'must be an http or https address'
}
const stringRecord: Check = (value) =>
  isRecord(value) && Object.values(value).every((entry) => typeof entry === 'string')
    ? null
    : 'must be an object of strings'

const effort = oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'ultra', 'persistent')

const PROVIDER: Record<keyof ProviderOptions, Check> = {
  apiKey: string,
  baseUrl: webAddress,
  wireApi: oneOf('responses', 'chat', 'messages'),
  headers: stringRecord,
  query: stringRecord,
  requestRetriesMax: countOrZero,
  streamRetriesMax: countOrZero,
  streamIdleTimeoutMs: count,
}

const MODEL: Record<keyof ModelOptions, Check> = {
  provider: nonEmpty,
  model: nonEmpty,
  reasoning: record,
  temperature: number,
  limits: record,
  price: record,
  customTools: boolean,
  toolCalls: boolean,
}

const MODEL_LIMITS: Record<keyof NonNullable<ModelEntry['limits']>, Check> = {
  contextWindow: count,
  autoCompactTokenLimit: count,
  maxOutputTokens: count,
}

const REASONING: Record<keyof NonNullable<ModelEntry['reasoning']>, Check> = {
  effort,
  summary: oneOf('auto', 'concise', 'detailed'),
}

const LIMITS: Record<keyof TurnLimits, Check> = {
  stepsMax: count,
  tokensMax: count,
  wallMs: count,
  script: record,
}

const HOOKS: Record<keyof Hooks, Check> = {
  beforeTurn: callback,
  afterResponse: callback,
  beforeToolCall: callback,
  afterToolCall: callback,
  onError: callback,
}

const CODEX: Record<keyof CodexOptions, Check> = {
  model: nonEmpty,
  providers: record,
  models: record,
  packs: packList,
  store: (value) =>
    isRecord(value) && 'threads' in value && 'documents' in value ? null : 'must be a store',
  approve: callback,
  hooks: record,
  limits: record,
  log: methods('debug', 'info', 'warn', 'error'),
  tracer: methods('startSpan'),
  env: stringRecord,
  apiKey: string,
  baseUrl: webAddress,
  config: record,
  codexPathOverride: string,
  configOverrides: strings,
}

const THREAD: Record<keyof ThreadOptions, Check> = {
  model: nonEmpty,
  workingDirectory: nonEmpty,
  sandboxMode: oneOf('read-only', 'workspace-write', 'danger-full-access'),
  approvalPolicy: oneOf('never', 'on-request', 'on-failure', 'untrusted'),
  toolMode: oneOf('script', 'direct', 'mixed'),
  history: oneOf('regular'),
  whenBusy: oneOf('reject', 'queue', 'steer'),
  modelReasoningEffort: effort,
  additionalDirectories: strings,
  developerInstructions: string,
  pinPrompt: oneOf('tail', 'head', 'off'),
  threadSource: string,
  skipGitRepoCheck: boolean,
  networkAccessEnabled: boolean,
  webSearchMode: oneOf('disabled', 'cached', 'live'),
  webSearchEnabled: boolean,
}

const TURN: Record<keyof TurnOptions, Check> = {
  signal,
  outputSchema: (value) =>
    isRecord(value) || typeof value === 'function'
      ? null
      : 'must be a zod type, a Standard Schema or a JSON Schema',
  model: nonEmpty,
  cyberAccessProgram: string,
}

/** Names of options that only concern the SDK's binary, with what to say of each. */
export const IGNORED_OPTIONS = ['codexPathOverride', 'configOverrides'] as const

/** @throws {OptionError} The first option that cannot be meant. */
export function checkCodexOptions(options: unknown): asserts options is CodexOptions {
  check('options', options, CODEX)
  const { providers, models, hooks, limits } = options as CodexOptions
  for (const [name, provider] of Object.entries(providers ?? {}))
    check(`providers.${name}`, provider, PROVIDER)
  for (const [name, model] of Object.entries(models ?? {})) {
    check(`models.${name}`, model, MODEL)
    if (model.limits !== undefined) check(`models.${name}.limits`, model.limits, MODEL_LIMITS)
    if (model.reasoning !== undefined) check(`models.${name}.reasoning`, model.reasoning, REASONING)
  }
  if (hooks !== undefined) check('hooks', hooks, HOOKS)
  if (limits !== undefined) check('limits', limits, LIMITS)
}

/** @throws {OptionError} */
export function checkThreadOptions(options: unknown): asserts options is ThreadOptions {
  check('options', options, THREAD)
}

/** @throws {OptionError} */
export function checkTurnOptions(options: unknown): asserts options is TurnOptions {
  check('options', options, TURN)
}

function check(where: string, options: unknown, checks: Readonly<Record<string, Check>>): void {
  if (!isRecord(options)) throw new OptionError(where, 'must be an object.')
  const prefix = where === 'options' ? '' : `${where}.`
  for (const [name, value] of Object.entries(options)) {
    const checkOne = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (checkOne === undefined) {
      throw new OptionError(`${prefix}${name}`, `is no option; there are ${Object.keys(checks).join(', ')}.`)
    }
    if (value === undefined) continue
    const problem = checkOne(value)
    if (problem !== null) throw new OptionError(`${prefix}${name}`, `${problem}; it is ${describe(value)}.`)
  }
}

/** The value's type, and the value itself where it cannot be a secret. */
function describe(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Options of all three kinds in one object, sorted; a name that is none of a thread's or a turn's counts as the `Codex`'s. */
export function splitOptions(options: CodexOptions & ThreadOptions & TurnOptions): {
  codex: CodexOptions
  thread: ThreadOptions
  turn: TurnOptions
} {
  if (!isRecord(options)) throw new OptionError('options', 'must be an object.')
  const parts = { codex: {}, thread: {}, turn: {} }
  for (const [name, value] of Object.entries(options)) {
    const part = name in THREAD ? parts.thread : name in TURN ? parts.turn : parts.codex
    Object.assign(part, { [name]: value })
  }
  return parts
}
