/** The models that a host can name, each with the client that reaches it. */

import { createModelClient } from '../model/create-client.ts'
import type { ModelClient, ModelRequest } from '../model/model-client.ts'
import { type ModelFacts, type ModelInfo, modelInfo } from '../model/model-table.ts'
import { knownProviders, ownValue, providerConfig } from '../model/providers.ts'
import { resolveModel } from '../model/slug.ts'
import type { Log } from '../observability/log.ts'
import { OptionError } from '../protocol/errors.ts'
import type { ThreadId } from '../protocol/ids.ts'
import type { Doors } from './doors.ts'
import { ModelChain, type PreparedModel } from './model-chain.ts'
import type { CodexOptions, ModelOptions, ProviderOptions, ThreadOptions } from './options/options.ts'
import type { SdkConfig } from './options/sdk-config.ts'
import type { TurnModel } from './turn/turn-scope.ts'

/** Codex's `stream_max_retries`. */
const STREAM_RETRIES_MAX = 5

/** What a thread, or a call outside any, says of how its model is asked. */
export type ModelWishes = Pick<ThreadOptions, 'modelReasoningEffort'>

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

  /**
   * The model for one turn, with those that may take over from it.
   *
   * @throws {OptionError} Nobody to ask for one of these models; names the option or variable to set.
   */
  async resolve(slug: string, options: ModelWishes, threadId: ThreadId): Promise<TurnModel> {
    const prepare = (name: string) => this.#prepare(name, options, threadId)
    const first = prepare(slug)
    const later = (ownValue(this.#models, slug)?.fallback ?? []).map(prepare)
    checkChain(first, later)
    const model = await first.open()
    return later.length === 0 ? model : new ModelChain(model, later, this.#log)
  }

  /** Everything about a model but its client, which may load a provider's SDK. */
  #prepare(slug: string, options: ModelWishes, threadId: ThreadId): PreparedModel {
    const defaultProvider = slug.includes('/') ? this.#sdk.defaultProvider : this.#sdk.bareProvider
    const { provider, model, overrides } = resolveModel(slug, {
      models: this.#models,
      providers: this.#providers,
      ...(defaultProvider === undefined ? {} : { defaultProvider }),
    })
    const info = modelInfo(slug, this.#facts)
    const reasoning = reasoningOf(info, overrides.reasoning, options)
    const maxOutputTokens = overrides.limits?.maxOutputTokens
    const toolCalls = this.#models[slug]?.toolCalls ?? true
    const { wireApi } = providerConfig(provider, this.#providers)
    const open = async (): Promise<TurnModel> => {
      this.#warnOnce(info)
      return { ...known, client: await this.#client(provider) }
    }
    const known = {
      slug,
      info,
      toolCalls,
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
    return {
      slug,
      toolCalls,
      takesCustomTools: wireApi !== 'responses' || info.customTools,
      canBePriced: wireApi === 'chat' || info.price !== null,
      open,
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

/** @throws {OptionError} A model that comes twice, or calls no tools where the first one does: turns speak one way. */
function checkChain(first: PreparedModel, later: readonly PreparedModel[]): void {
  const option = `models.${first.slug}.fallback`
  const seen = new Set([first.slug])
  for (const { slug, toolCalls } of later) {
    if (seen.has(slug))
      throw new OptionError(option, `names ${slug} again; a model that failed is not asked twice.`)
    seen.add(slug)
    if (toolCalls !== first.toolCalls) {
      throw new OptionError(
        option,
        `${slug} and ${first.slug} differ in toolCalls; a turn carries its calls one way.`,
      )
    }
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
  { modelReasoningEffort: effort }: ModelWishes,
): ModelRequest['reasoning'] {
  const reasoning = asked ?? info.reasoning ?? undefined
  return effort === undefined ? reasoning : { ...reasoning, effort }
}
