/** Where those who speak Chat Completions differ from each other. */

import type { ModelRequest, ProviderConfig } from '../model-client.ts'

export interface ChatProfile {
  readonly name: string
  /** The name of the bound on output tokens. */
  readonly outputLimitField: 'max_tokens' | 'max_completion_tokens'
  readonly takesPromptCacheKey: boolean
  readonly reasoningFields: (
    reasoning: NonNullable<ModelRequest['reasoning']>,
  ) => Readonly<Record<string, unknown>>
}

const effortField: ChatProfile['reasoningFields'] = ({ effort }) =>
  effort === undefined ? {} : { reasoning_effort: effort }

export const openaiProfile: ChatProfile = {
  name: 'openai',
  outputLimitField: 'max_completion_tokens',
  takesPromptCacheKey: true,
  reasoningFields: effortField,
}

/** @see https://openrouter.ai/docs/api/reference/overview */
export const openrouterProfile: ChatProfile = {
  name: 'openrouter',
  outputLimitField: 'max_tokens',
  takesPromptCacheKey: true,
  reasoningFields: ({ effort }) => (effort === undefined ? {} : { reasoning: { effort } }),
}

/** Whoever else imitates OpenAI: only the fields that all of them know. */
export const genericProfile: ChatProfile = {
  name: 'generic',
  outputLimitField: 'max_tokens',
  takesPromptCacheKey: false,
  reasoningFields: effortField,
}

/** By the provider's name, else by the address it is reached at. */
export function profileFor(config: Pick<ProviderConfig, 'name' | 'baseUrl'>): ChatProfile {
  const host = URL.canParse(config.baseUrl) ? new URL(config.baseUrl).hostname : ''
  if (config.name === 'openrouter' || host === 'openrouter.ai') return openrouterProfile
  if (config.name === 'openai' || host === 'api.openai.com') return openaiProfile
  return genericProfile
}
