/** The servers whose Chat Completions API we know, by name. */

import type { ProviderConfig } from '../model-client.ts'
import { deepseekFinishReason, geminiFinishReason } from './finish-reason.ts'
import { withoutDefaults } from './portable-schema.ts'
import { type ChatProfile, plainProfile } from './profile.ts'
import { type ChatProfileName, checkProfile } from './profile-names.ts'
import { deepseekUsage, geminiUsage, openrouterCostUsd } from './read-usage.ts'
import {
  deepseekReasoning,
  geminiReasoning,
  ollamaReasoning,
  openrouterReasoning,
  qwenReasoning,
  templateReasoning,
} from './reasoning-request.ts'
import { REASONING_FIELDS } from './wire.ts'

/** What imitators have in common: only the words that all of them know, and their ways to send calls. */
const imitator = {
  outputLimitField: 'max_tokens',
  takesPromptCacheKey: false,
  callBoundary: 'id-or-name',
  objectArguments: true,
  wholeMessages: true,
  endsWithoutDone: true,
} as const satisfies Partial<ChatProfile>

/** What servers of open models have in common: the model's own template, and a grammar that leaves no room for calls. */
const modelServer = {
  ...imitator,
  strictTools: false,
  formatWithTools: false,
  systemMessages: 'first',
} as const satisfies Partial<ChatProfile>

/** @see https://openrouter.ai/docs/api-reference/overview */
const openrouter: ChatProfile = {
  ...plainProfile,
  ...imitator,
  name: 'openrouter',
  takesPromptCacheKey: true,
  reasoningRequest: openrouterReasoning,
  hasCacheMarks: (model) => model.startsWith('anthropic/'),
  reasoningFields: REASONING_FIELDS,
  reasoningDetails: true,
  costUsd: openrouterCostUsd,
}

/** @see https://ai.google.dev/gemini-api/docs/openai */
const gemini: ChatProfile = {
  ...plainProfile,
  ...modelServer,
  name: 'gemini',
  reasoningRequest: geminiReasoning,
  parallelCalls: 'never',
  schema: withoutDefaults,
  // Signatures of thoughts; a call without its own is refused.
  returnedFields: ['extra_content'],
  finishReason: geminiFinishReason,
  usage: geminiUsage,
}

/** @see https://api-docs.deepseek.com/guides/thinking_mode */
const deepseek: ChatProfile = {
  ...plainProfile,
  ...imitator,
  name: 'deepseek',
  reasoningRequest: deepseekReasoning,
  strictTools: false,
  outputFormat: 'json_object',
  formatWithTools: false,
  reasoningOnCalls: 'reasoning_content',
  reasoningFields: ['reasoning_content'],
  finishReason: deepseekFinishReason,
  usage: deepseekUsage,
}

/** @see https://www.alibabacloud.com/help/en/model-studio/deep-thinking */
const qwen: ChatProfile = {
  ...plainProfile,
  ...modelServer,
  name: 'qwen',
  reasoningRequest: qwenReasoning,
  // Off unless asked for.
  parallelCalls: 'always',
  outputFormat: 'json_object',
  reasoningFields: ['reasoning_content'],
}

/** @see https://docs.ollama.com/api/openai-compatibility */
const ollama: ChatProfile = {
  ...plainProfile,
  ...modelServer,
  name: 'ollama',
  reasoningRequest: ollamaReasoning,
  reasoningFields: REASONING_FIELDS,
}

/** @see https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md */
const llamacpp: ChatProfile = {
  ...plainProfile,
  ...modelServer,
  name: 'llamacpp',
  reasoningRequest: templateReasoning,
  reasoningFields: REASONING_FIELDS,
}

/** @see https://docs.vllm.ai/en/latest/serving/openai_compatible_server */
const vllm: ChatProfile = {
  ...plainProfile,
  ...modelServer,
  name: 'vllm',
  reasoningRequest: templateReasoning,
  reasoningFields: REASONING_FIELDS,
}

/** Whoever else imitates OpenAI, or stands before somebody who does. */
const generic: ChatProfile = {
  ...plainProfile,
  ...imitator,
  name: 'generic',
  returnedFields: ['extra_content'],
  reasoningFields: REASONING_FIELDS,
  reasoningDetails: true,
  usage: deepseekUsage,
}

export const chatProfiles: Readonly<Record<ChatProfileName, ChatProfile>> = {
  openai: plainProfile,
  openrouter,
  gemini,
  deepseek,
  qwen,
  ollama,
  llamacpp,
  vllm,
  generic,
}

const HOSTS: readonly (readonly [RegExp, ChatProfileName])[] = [
  [/^(?:.+\.)?openrouter\.ai$/, 'openrouter'],
  [/^api\.openai\.com$/, 'openai'],
  [/^.+\.openai\.azure\.com$/, 'openai'],
  [/^(?:generativelanguage|(?:.+-)?aiplatform)\.googleapis\.com$/, 'gemini'],
  [/^(?:.+\.)?deepseek\.com$/, 'deepseek'],
  [/^(?:.+\.)?dashscope(?:-[a-z]+)?\.aliyuncs\.com$/, 'qwen'],
]
const OLLAMA_PORT = '11434'

const NAMES: Readonly<Record<string, ChatProfileName>> = {
  google: 'gemini',
  dashscope: 'qwen',
  'llama.cpp': 'llamacpp',
  'llama-cpp': 'llamacpp',
}

/**
 * The one that the host chose; else by the address the provider is reached at, else by its name in the options.
 *
 * @throws {OptionError} A choice that does not exist.
 */
export function profileFor(config: Pick<ProviderConfig, 'name' | 'baseUrl' | 'profile'>): ChatProfile {
  if (config.profile !== undefined) {
    checkProfile(config.name, config.profile)
    return chatProfiles[config.profile]
  }
  return chatProfiles[profileAt(config.baseUrl) ?? profileNamed(config.name) ?? 'generic']
}

function profileAt(baseUrl: string): ChatProfileName | undefined {
  if (!URL.canParse(baseUrl)) return undefined
  const { hostname, port } = new URL(baseUrl)
  const known = HOSTS.find(([host]) => host.test(hostname))
  return known?.[1] ?? (port === OLLAMA_PORT ? 'ollama' : undefined)
}

function profileNamed(name: string): ChatProfileName | undefined {
  const lower = name.toLowerCase()
  if (Object.hasOwn(NAMES, lower)) return NAMES[lower]
  return Object.hasOwn(chatProfiles, lower) ? (lower as ChatProfileName) : undefined
}
