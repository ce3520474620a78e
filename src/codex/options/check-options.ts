/** What can be meant by the options of a `Codex`, a thread and a turn. */

import { features as featureSet } from '../../context/features.ts'
import { CHAT_PROFILES } from '../../model/chat/profile-names.ts'
import type { ModelEntry } from '../../model/slug.ts'
import type { EnvironmentPolicy } from '../../platform/environment.ts'
import { OptionError } from '../../protocol/errors.ts'
import { type CommandRules, checkCommandRules } from '../../tools/command-rules.ts'
import type { Pack } from '../../tools/pack.ts'
import { checkHookCommands } from '../hooks/hook-commands.ts'
import {
  amount,
  boolean,
  type Check,
  callback,
  checkRecord,
  count,
  countOrZero,
  isRecord,
  methods,
  milliseconds,
  nonEmpty,
  number,
  oneOf,
  packList,
  record,
  signal,
  slugs,
  string,
  stringRecord,
  strings,
  voice,
  webAddress,
} from './option-checks.ts'
import type {
  CodexOptions,
  Hooks,
  ModelOptions,
  ProviderOptions,
  ThreadOptions,
  TurnLimits,
  TurnOptions,
} from './options.ts'

export const SANDBOX_MODE = oneOf('read-only', 'workspace-write', 'danger-full-access')
export const APPROVAL_POLICY = oneOf('never', 'on-request', 'on-failure', 'untrusted')
export const EFFORT = oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'ultra', 'persistent')
export const SCHEMA: Check = (value) =>
  isRecord(value) || typeof value === 'function'
    ? null
    : 'must be a zod type, a Standard Schema or a JSON Schema'

const PROVIDER: Record<keyof ProviderOptions, Check> = {
  apiKey: string,
  baseUrl: webAddress,
  wireApi: oneOf('responses', 'chat', 'messages'),
  headers: stringRecord,
  query: stringRecord,
  requestRetriesMax: countOrZero,
  streamRetriesMax: countOrZero,
  streamIdleTimeoutMs: milliseconds,
  profile: oneOf(...CHAT_PROFILES),
  body: record,
}

const MODEL: Record<keyof ModelOptions, Check> = {
  provider: nonEmpty,
  model: nonEmpty,
  fallback: slugs,
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
  effort: EFFORT,
  summary: oneOf('auto', 'concise', 'detailed'),
}

const LIMITS: Record<keyof TurnLimits, Check> = {
  stepsMax: count,
  tokensMax: count,
  costUsdMax: amount,
  wallMs: milliseconds,
  script: record,
}

const COMMAND_RULES: Record<keyof CommandRules, Check> = {
  prefixRules: (value) => (Array.isArray(value) ? null : 'must be an array of rules'),
  allowPrograms: strings,
  denyPrograms: strings,
}

const ENVIRONMENT: Record<keyof EnvironmentPolicy, Check> = {
  inherit: oneOf('core', 'all', 'none'),
  include: strings,
  ignoreDefaultExcludes: boolean,
  exclude: strings,
  set: stringRecord,
  includeOnly: strings,
}

const HOOKS: Record<keyof Hooks, Check> = {
  beforeTurn: callback,
  afterResponse: callback,
  beforeToolCall: callback,
  afterToolCall: callback,
  onError: callback,
  commands: record,
}

const CODEX: Record<keyof CodexOptions, Check> = {
  model: nonEmpty,
  providers: record,
  models: record,
  packs: packList,
  store: (value) =>
    isRecord(value) && 'threads' in value && 'documents' in value ? null : 'must be a store',
  approve: callback,
  requestUserInput: callback,
  commandRules: record,
  shellEnvironmentPolicy: record,
  hooks: record,
  notify: strings,
  features: record,
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
  sandboxMode: SANDBOX_MODE,
  approvalPolicy: APPROVAL_POLICY,
  toolMode: oneOf('script', 'direct', 'mixed'),
  history: oneOf('regular', 'one-shot'),
  packs: packList,
  whenBusy: oneOf('reject', 'queue', 'steer'),
  modelReasoningEffort: EFFORT,
  additionalDirectories: strings,
  developerInstructions: string,
  pinPrompt: oneOf('tail', 'head', 'off'),
  boardPosition: oneOf('tail', 'head'),
  agentId: voice,
  threadSource: string,
  skipGitRepoCheck: boolean,
  networkAccessEnabled: boolean,
  webSearchMode: oneOf('disabled', 'cached', 'live'),
  webSearchEnabled: boolean,
}

const TURN: Record<keyof TurnOptions, Check> = {
  signal,
  outputSchema: SCHEMA,
  model: nonEmpty,
  author: voice,
  cyberAccessProgram: string,
}

/** Names of options that only concern the SDK's binary, with what to say of each. */
export const IGNORED_OPTIONS = ['codexPathOverride', 'configOverrides'] as const

/** @throws {OptionError} The first option that cannot be meant. */
export function checkCodexOptions(options: unknown): asserts options is CodexOptions {
  checkRecord('', options, CODEX)
  const { providers, models, hooks, limits, commandRules, shellEnvironmentPolicy } = options as CodexOptions
  for (const [name, provider] of Object.entries(providers ?? {}))
    checkRecord(`providers.${name}`, provider, PROVIDER)
  for (const [name, model] of Object.entries(models ?? {})) {
    checkRecord(`models.${name}`, model, MODEL)
    if (model.limits !== undefined) checkRecord(`models.${name}.limits`, model.limits, MODEL_LIMITS)
    if (model.reasoning !== undefined) checkRecord(`models.${name}.reasoning`, model.reasoning, REASONING)
  }
  if (shellEnvironmentPolicy !== undefined)
    checkRecord('shellEnvironmentPolicy', shellEnvironmentPolicy, ENVIRONMENT)
  if (commandRules !== undefined) {
    checkRecord('commandRules', commandRules, COMMAND_RULES)
    checkCommandRules(commandRules)
  }
  if (hooks !== undefined) checkRecord('hooks', hooks, HOOKS)
  if (hooks?.commands !== undefined) checkHookCommands(hooks.commands)
  featureSet({ overrides: (options as CodexOptions).features })
  if (limits !== undefined) checkRecord('limits', limits, LIMITS)
}

/** @throws {OptionError} */
export function checkThreadOptions(options: unknown): asserts options is ThreadOptions {
  checkRecord('', options, THREAD)
}

/** @throws {OptionError} */
export function checkTurnOptions(options: unknown): asserts options is TurnOptions {
  checkRecord('', options, TURN)
}

/** Options of all three kinds in one object, sorted; what several have counts as the `Codex`'s. */
export function splitOptions(options: CodexOptions & ThreadOptions & TurnOptions): {
  codex: CodexOptions
  thread: ThreadOptions
  turn: TurnOptions
} {
  if (!isRecord(options)) throw new OptionError('options', 'must be an object.')
  const parts = { codex: {}, thread: {}, turn: {} }
  for (const [name, value] of Object.entries(options)) {
    const isOfCodex = name in CODEX || !(name in THREAD || name in TURN)
    const part = isOfCodex ? parts.codex : name in THREAD ? parts.thread : parts.turn
    Object.assign(part, { [name]: value })
  }
  return parts
}

/** @throws {OptionError} A slug that none of `slugs` is. */
export function checkPacks(packs: readonly (string | Pack)[], slugs: readonly string[]): void {
  for (const pack of packs) {
    if (typeof pack === 'string' && !slugs.includes(pack)) {
      throw new OptionError(
        'packs',
        `there is no pack ${JSON.stringify(pack)}; those that ship are ${slugs.join(', ')}.`,
      )
    }
  }
}
