/** What the two versions of the Messages API do differently. */

import type { ProviderConfig } from '../model-client.ts'

export interface MessagesProfile {
  /** The value of `anthropic-version`. */
  readonly version: string
  /** How a model is told to think: as it sees fit, with an effort; or up to a number of tokens. */
  readonly thinking: 'adaptive' | 'budget'
  readonly takesTemperature: boolean
  /** Whether a tool says by itself that its arguments are streamed as they are written. */
  readonly hasEagerTools: boolean
  /** What has to be asked for by `anthropic-beta`. */
  readonly betas: readonly string[]
}

/** The version that is asked for unless the host's headers name one. */
export const currentProfile: MessagesProfile = {
  version: '2026-10-21',
  thinking: 'adaptive',
  takesTemperature: false,
  hasEagerTools: true,
  betas: [],
}

/** The first version, for models that take a budget of thinking, and for servers that imitate it. */
export const firstProfile: MessagesProfile = {
  version: '2023-06-01',
  thinking: 'budget',
  takesTemperature: true,
  hasEagerTools: false,
  betas: ['interleaved-thinking-2025-05-14', 'fine-grained-tool-streaming-2025-05-14'],
}

/** By the host's own `anthropic-version` header; a version that we do not know is treated as the current one. */
export function profileFor(config: Pick<ProviderConfig, 'headers'>): MessagesProfile {
  const version = headerOf(config, 'anthropic-version')
  if (version === firstProfile.version) return firstProfile
  return version === undefined ? currentProfile : { ...currentProfile, version }
}

/** The headers of the wire API, with the betas of the host beside ours. */
export function headersFor(
  profile: MessagesProfile,
  config: Pick<ProviderConfig, 'headers'>,
): Record<string, string> {
  const theirs = headerOf(config, 'anthropic-beta')?.split(',') ?? []
  const betas = new Set(
    [...profile.betas, ...theirs.map((name) => name.trim())].filter((name) => name !== ''),
  )
  return {
    'anthropic-version': profile.version,
    ...(betas.size === 0 ? {} : { 'anthropic-beta': [...betas].join(',') }),
  }
}

function headerOf({ headers }: Pick<ProviderConfig, 'headers'>, wanted: string): string | undefined {
  return Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === wanted)?.[1]
}
