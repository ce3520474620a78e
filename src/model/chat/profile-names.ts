/** The names of those whose Chat Completions API we know. */

import { OptionError } from '../../protocol/errors.ts'

export const CHAT_PROFILES = [
  'openai',
  'openrouter',
  'gemini',
  'deepseek',
  'qwen',
  'ollama',
  'llamacpp',
  'vllm',
  'generic',
] as const
export type ChatProfileName = (typeof CHAT_PROFILES)[number]

/** @throws {OptionError} A profile that does not exist. */
export function checkProfile(provider: string, profile: ChatProfileName): void {
  if (CHAT_PROFILES.includes(profile)) return
  const names = CHAT_PROFILES.join(', ')
  throw new OptionError(
    `providers.${provider}.profile`,
    `there is no ${JSON.stringify(profile)}; there are ${names}.`,
  )
}
