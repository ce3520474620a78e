/** The models that a host can name, each with the client that reaches it. */

import { createModelClient } from '../model/create-client.ts'
import type { ModelClient, ModelRequest } from '../model/model-client.ts'
import { type ModelFacts, type ModelInfo, modelInfo } from '../model/model-table.ts'
import { knownProviders, providerConfig } from '../model/providers.ts'
import { resolveModel } from '../model/slug.ts'
import type { Log } from '../observability/log.ts'
import type { ThreadId } from '../protocol/ids.ts'
import type { Doors } from './doors.ts'
import type { CodexOptions, ModelOptions, ProviderOptions, ThreadOptions } from './options.ts'
import type { SdkConfig } from './sdk-config.ts'
import type { TurnModel } from './turn-scope.ts'

/** Codex's `stream_max_retries`. */
const STREAM_RETRIES_MAX = 5

export class Models {
  readonly #providers: Readonly<Record<string, ProviderOptions>>
  readonly #models: Readonly<Record<string, ModelOptions>>
  readonly #facts: Readonly<Record<string, ModelFacts>>
  readonly #sdk: SdkConfig
  readonly #log: Log
  readonly #clients = new Map<string, Promise<ModelClient>>()
  readonly #warned = new Set<string>()

  constructor(options: CodexOptions, sdk: SdkConfig, doors: Pick<Doors, 'environment'>, log: Log) {
    this.#providers = withKeys({ ...sdk.providers, ...options.providers }, doors.environment)
    this.#models = options.models ?? {}
    this.#facts = Object.fromEntries(
      Object.entries(this.#models).map(([slug, model]) => [slug, factsOf(model)]),
    )
    this.#sdk = sdk
    this.#log = log
  }

  /** @throws {OptionError} Nobody to ask for this model; names the option or variable to set. */
  async resolve(slug: string, options: ThreadOptions, threadId: ThreadId): Promise<TurnModel> {
    const defaultProvider = slug.includes('/') ? this.#sdk.defaultProvider : this.#sdk.bareProvider
    const { provider, model, overrides } = resolveModel(slug, {
      models: this.#models,
      providers: this.#providers,
      ...(defaultProvider === undefined ? {} : { defaultProvider }),
    })
    const info = modelInfo(slug, this.#facts)
    this.#warnOnce(info)
    const client = await this.#client(provider)
    const reasoning = reasoningOf(info, overrides.reasoning, options)
    const maxOutputTokens = overrides.limits?.maxOutputTokens
    return {
      slug,
      client,
      info,
      toolCalls: this.#models[slug]?.toolCalls ?? true,
      truncation: info.truncation,
      streamRetriesMax: this.#providers[provider]?.streamRetriesMax ?? STREAM_RETRIES_MAX,
      request: {
        model,
        parallelToolCalls: info.parallelToolCalls,
        promptCacheKey: threadId,
        ...(reasoning === undefined ? {} : { reasoning }),
        ...(overrides.temperature === undefined ? {} : { temperature: overrides.temperature }),
        ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
        ...(info.price === null ? {} : { price: info.price }),
      },
    }
  }

  #client(provider: string): Promise<ModelClient> {
    const known = this.#clients.get(provider)
    if (known !== undefined) return known
    const client = createModelClient(providerConfig(provider, this.#providers))
    this.#clients.set(provider, client)
    client.catch(() => this.#clients.delete(provider))
    return client
  }

  #warnOnce({ slug, isKnown }: ModelInfo): void {
    if (isKnown || this.#warned.has(slug)) return
    this.#warned.add(slug)
    this.#log.warn('Nothing is known of this model; safe defaults are used. Say more under models.', {
      model: slug,
    })
  }
}

/** Known providers whose key the environment holds need not be configured. */
function withKeys(
  configured: Readonly<Record<string, ProviderOptions>>,
  environment: Readonly<Record<string, string>>,
): Record<string, ProviderOptions> {
  const providers: Record<string, ProviderOptions> = { ...configured }
  for (const [name, { keyVariable }] of Object.entries(knownProviders)) {
    const apiKey = environment[keyVariable]
    if (apiKey === undefined || apiKey === '') continue
    // A key from the environment goes to the provider's own address only.
    const { baseUrl, apiKey: given } = providers[name] ?? {}
    if (given === undefined && baseUrl === undefined) providers[name] = { ...providers[name], apiKey }
  }
  return providers
}

function factsOf({ limits, customTools, price }: ModelOptions): ModelFacts {
  return {
    ...(price === undefined ? {} : { price }),
    ...(limits?.contextWindow === undefined ? {} : { contextWindow: limits.contextWindow }),
    ...(limits?.autoCompactTokenLimit === undefined
      ? {}
      : { autoCompactTokenLimit: limits.autoCompactTokenLimit }),
    ...(customTools === undefined ? {} : { customTools }),
  }
}

function reasoningOf(
  info: ModelInfo,
  asked: ModelRequest['reasoning'],
  { modelReasoningEffort: effort }: ThreadOptions,
): ModelRequest['reasoning'] {
  const reasoning = asked ?? info.reasoning ?? undefined
  return effort === undefined ? reasoning : { ...reasoning, effort }
}
