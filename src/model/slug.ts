/** From the short name of a model to the provider that is asked for it. */

import { OptionError } from '../protocol/errors.ts'
import { checkPrice, type ModelPrice } from './cost.ts'
import type { ModelRequest } from './model-client.ts'
import { isUsable, knownProviders, missingKey, ownValue, type ProviderTable } from './providers.ts'

export type { ModelPrice }

/** One of a host's `models:`. */
export interface ModelEntry {
  /** Without it, `model` is looked up like any slug. */
  readonly provider?: string
  /** As the provider spells it; the entry's own name unless told. */
  readonly model?: string
  /** Slugs of the models that take over, in this order, where one fails; what they have in their turn is not asked. */
  readonly fallback?: readonly string[]
  readonly reasoning?: ModelRequest['reasoning']
  readonly temperature?: number
  readonly limits?: {
    readonly contextWindow?: number
    readonly autoCompactTokenLimit?: number
    readonly maxOutputTokens?: number
  }
  readonly price?: ModelPrice
}

export type ModelOverrides = Omit<ModelEntry, 'provider' | 'model' | 'fallback'>

export interface ResolvedModel {
  /** A name in the host's `providers`, or one of `knownProviders`. */
  readonly provider: string
  readonly model: string
  readonly overrides: ModelOverrides
}

export interface ResolveOptions {
  readonly models?: Readonly<Record<string, ModelEntry>>
  readonly providers: ProviderTable
  /** Who gets what no other rule places. */
  readonly defaultProvider?: string
}

const thinkingOff: ModelEntry = { provider: 'openrouter', reasoning: { effort: 'none' } }

/** Entries that ship: the models of the live tests. A host's entry of the same name replaces them. */
export const shippedModels: Readonly<Record<string, ModelEntry>> = {
  'google/gemini-2.0-flash-001': thinkingOff,
  'openai/gpt-5-nano': thinkingOff,
  'anthropic/claude-haiku-4.5': thinkingOff,
}

/**
 * Find out who is asked for a model, and under which name.
 *
 * In this order: a name in `models`; a shipped entry, when its provider has a key; a usable provider's name before the
 * first slash; else the default provider, OpenRouter, with the slug verbatim.
 *
 * @throws {OptionError} No slug, a provider that does not exist, one without a key, or a price that is none.
 */
export function resolveModel(slug: string, options: ResolveOptions): ResolvedModel {
  if (slug.trim() === '') throw new OptionError('model', 'empty. Name one, such as openrouter/<model>.')
  const entry = ownValue(options.models ?? {}, slug)
  if (entry !== undefined) return resolveEntry(slug, entry, options)
  const shipped = ownValue(shippedModels, slug)
  if (shipped?.provider !== undefined && isUsable(shipped.provider, options.providers)) {
    return resolveEntry(slug, shipped, options)
  }
  return { ...resolvePlain(slug, options), overrides: {} }
}

function resolveEntry(name: string, entry: ModelEntry, options: ResolveOptions): ResolvedModel {
  const { provider, model = name, fallback: _later, ...overrides } = entry
  if (overrides.price !== undefined) checkPrice(`models.${name}.price`, overrides.price)
  if (provider === undefined) return { ...resolvePlain(model, options), overrides }
  const isKnown = ownValue(knownProviders, provider) !== undefined
  if (!isKnown && ownValue(options.providers, provider) === undefined) {
    throw new OptionError(
      `models.${name}.provider`,
      `there is no provider ${provider}. Add providers.${provider}, or name one of: ${namesIn(options.providers)}.`,
    )
  }
  if (!isUsable(provider, options.providers)) throw missing(provider, name)
  return { provider, model, overrides }
}

function resolvePlain(slug: string, options: ResolveOptions): { provider: string; model: string } {
  const { providers, defaultProvider = 'openrouter' } = options
  const slash = slug.indexOf('/')
  const prefix = slash > 0 && slash < slug.length - 1 ? slug.slice(0, slash) : ''
  if (isUsable(prefix, providers)) return { provider: prefix, model: slug.slice(slash + 1) }
  if (isUsable(defaultProvider, providers)) return { provider: defaultProvider, model: slug }
  const isDeclared = ownValue(providers, prefix) !== undefined
  const isKnown = ownValue(knownProviders, prefix) !== undefined
  if (isDeclared && !isKnown) throw missing(prefix, slug)
  const own = Object.keys(providers).filter((name) => isUsable(name, providers))
  throw missingKey(defaultProvider, {
    wantedFor: slug,
    named: own,
    ...(isKnown ? { insteadOf: prefix } : {}),
  })
}

function missing(provider: string, wantedFor: string): OptionError {
  if (ownValue(knownProviders, provider) !== undefined) return missingKey(provider, { wantedFor })
  const problem = `missing, and ${wantedFor} is asked for there. Set the address of its API.`
  return new OptionError(`providers.${provider}.baseUrl`, problem)
}

function namesIn(providers: ProviderTable): string {
  return [...new Set([...Object.keys(providers), ...Object.keys(knownProviders)])].sort().join(', ')
}
