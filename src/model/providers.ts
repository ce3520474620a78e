/** The providers we know by name, and how a host's options make one reachable. */

import { OptionError } from '../protocol/errors.ts'
import type { WireApi } from '../protocol/modes.ts'
import { type ChatProfileName, checkProfile } from './chat/profile-names.ts'
import type { ProviderConfig } from './model-client.ts'

/** A timer that is set for longer fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1

/** What the library itself says in each request. */
const OUR_FIELDS = ['model', 'messages', 'tools', 'stream', 'stream_options']

export interface KnownProvider {
  readonly baseUrl: string
  readonly wireApi: WireApi
  /** The environment variable that holds its key; the front door reads it. */
  readonly keyVariable: string
}

export const knownProviders: Readonly<Record<string, KnownProvider>> = {
  openai: { baseUrl: 'https://api.openai.com/v1', wireApi: 'responses', keyVariable: 'OPENAI_API_KEY' },
  openrouter: { baseUrl: 'https://openrouter.ai/api/v1', wireApi: 'chat', keyVariable: 'OPENROUTER_API_KEY' },
  anthropic: { baseUrl: 'https://api.anthropic.com', wireApi: 'messages', keyVariable: 'ANTHROPIC_API_KEY' },
}

/** What a host says of a provider under `providers.<name>`; of a known one, the key is enough. */
export interface ProviderOptions {
  readonly apiKey?: string | undefined
  readonly baseUrl?: string | undefined
  /** Of a provider we do not know: `responses`, as in Codex. */
  readonly wireApi?: WireApi | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly query?: Readonly<Record<string, string>> | undefined
  /** Whose dialect of Chat it speaks; by its address or name unless told. */
  readonly profile?: ChatProfileName | undefined
  /** Fields that each Chat request has besides, such as OpenRouter's `provider`; they win over ours. */
  readonly body?: Readonly<Record<string, unknown>> | undefined
  readonly requestRetriesMax?: number | undefined
  /**
   * Longest silence of an answer, in milliseconds, up to 2^31 - 1. Default 300,000.
   *
   * Every byte counts as life, those of comments too: servers send comments to keep the connection of a slow model
   * open. An answer that never ends is therefore bounded by size (one event has at most 64 Mi characters) and by the
   * host, which can abort the turn.
   */
  readonly streamIdleTimeoutMs?: number | undefined
}

export type ProviderTable = Readonly<Record<string, ProviderOptions | undefined>>

/** Whether requests can be sent: there is a key, or the host named the address itself, as of a local server. */
export function isUsable(name: string, providers: ProviderTable): boolean {
  const options = ownValue(providers, name)
  return options !== undefined && (hasText(options.apiKey) || hasText(options.baseUrl))
}

/**
 * The whole configuration of a provider.
 *
 * @throws {OptionError} No address, no key where one is needed, or a value that cannot be meant.
 */
export function providerConfig(name: string, providers: ProviderTable): ProviderConfig {
  const options = ownValue(providers, name) ?? {}
  const known = ownValue(knownProviders, name)
  const baseUrl = hasText(options.baseUrl) ? options.baseUrl : known?.baseUrl
  if (baseUrl === undefined) {
    throw new OptionError(
      `providers.${name}.baseUrl`,
      `missing, and ${name} is none of the providers known by name (${Object.keys(knownProviders).join(', ')}).`,
    )
  }
  checkAddress(name, baseUrl)
  const address = splitAddress(baseUrl)
  if (!hasText(options.apiKey) && !hasText(options.baseUrl)) throw missingKey(name)
  const wireApi = options.wireApi ?? known?.wireApi ?? 'responses'
  if (!['responses', 'chat', 'messages'].includes(wireApi)) {
    throw new OptionError(`providers.${name}.wireApi`, `must be responses, chat or messages, not ${wireApi}.`)
  }
  const { headers, profile, body, requestRetriesMax, streamIdleTimeoutMs } = options
  const query = { ...address.query, ...options.query }
  checkChatOptions(name, wireApi, options)
  checkCount(`providers.${name}.requestRetriesMax`, requestRetriesMax, 0)
  checkCount(`providers.${name}.streamIdleTimeoutMs`, streamIdleTimeoutMs, 1, TIMER_MS_MAX)
  return {
    name,
    baseUrl: address.baseUrl,
    apiKey: hasText(options.apiKey) ? options.apiKey : undefined,
    wireApi,
    ...(headers === undefined ? {} : { headers }),
    ...(Object.keys(query).length === 0 ? {} : { query }),
    ...(profile === undefined ? {} : { profile }),
    ...(body === undefined ? {} : { body }),
    ...(requestRetriesMax === undefined ? {} : { requestRetriesMax }),
    ...(streamIdleTimeoutMs === undefined ? {} : { streamIdleTimeoutMs }),
  }
}

/**
 * The error that says which variable or option to set.
 *
 * @param details.wantedFor The slug of the model that was asked for.
 * @param details.insteadOf Another provider that would do, as the slug begins with its name.
 * @param details.named The host's own providers, none of which the slug begins with.
 */
export function missingKey(
  name: string,
  details: {
    readonly wantedFor?: string
    readonly insteadOf?: string
    readonly named?: readonly string[]
  } = {},
): OptionError {
  const { wantedFor, insteadOf, named = [] } = details
  const reason = wantedFor === undefined ? '' : `, and ${wantedFor} is asked for there`
  const variable = ownValue(knownProviders, name)?.keyVariable
  const toSet = variable === undefined ? 'this option' : `${variable} or this option`
  const otherVariable = insteadOf === undefined ? undefined : ownValue(knownProviders, insteadOf)?.keyVariable
  const other = otherVariable === undefined ? '' : `, or ${otherVariable} to ask ${insteadOf} itself`
  const notThese = named.length === 0 ? '' : ` It begins with none of your providers: ${named.join(', ')}.`
  return new OptionError(`providers.${name}.apiKey`, `missing${reason}. Set ${toSet}${other}.${notThese}`)
}

/** What a table holds under a name of its own: `constructor` names nothing. */
export function ownValue<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** @throws {OptionError} An address that cannot be, or one with a query, behind which no path can stand. */
export function checkBaseUrl(name: string, baseUrl: string): void {
  checkAddress(name, baseUrl)
  if (splitAddress(baseUrl).baseUrl === baseUrl) return
  throw new OptionError(
    `providers.${name}.baseUrl`,
    `holds a query. Send it in providers.${name}.query instead.`,
  )
}

/** @throws {OptionError} No absolute http address, or one that holds a password, which errors would then show. */
function checkAddress(name: string, baseUrl: string): void {
  const option = `providers.${name}.baseUrl`
  if (!URL.canParse(baseUrl))
    throw new OptionError(option, 'not an absolute URL, such as http://127.0.0.1:8080/v1.')
  const { protocol, username, password } = new URL(baseUrl)
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new OptionError(option, `must begin with http: or https:, not ${protocol}`)
  }
  if (username !== '' || password !== '') {
    throw new OptionError(
      option,
      `holds a user or a password. Send them in providers.${name}.headers instead.`,
    )
  }
}

/**
 * The query of an address, apart from it.
 *
 * Paths are added behind the address, where a query would swallow them; and what `query` holds under the name of a secret
 * is kept out of errors.
 */
function splitAddress(address: string): {
  readonly baseUrl: string
  readonly query: Readonly<Record<string, string>>
} {
  const { origin, pathname, searchParams, search, hash } = new URL(address)
  if (search === '' && hash === '') return { baseUrl: address, query: {} }
  return { baseUrl: origin + pathname, query: Object.fromEntries(searchParams) }
}

/** @throws {OptionError} A profile that does not exist, or fields that are ours to say, or either without Chat. */
function checkChatOptions(name: string, wireApi: WireApi, { profile, body }: ProviderOptions): void {
  const option = `providers.${name}`
  for (const [word, value] of Object.entries({ profile, body })) {
    if (value === undefined || wireApi === 'chat') continue
    throw new OptionError(`${option}.${word}`, `is for wireApi chat, and ${name} speaks ${wireApi}.`)
  }
  if (profile !== undefined) checkProfile(name, profile)
  const ours = OUR_FIELDS.find((field) => Object.hasOwn(body ?? {}, field))
  if (ours !== undefined) {
    throw new OptionError(`${option}.body.${ours}`, 'is said by the library in each request. Leave it out.')
  }
}

function checkCount(
  option: string,
  value: number | undefined,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return
  const bound = most === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${most}`
  throw new OptionError(option, `must be a whole number of at least ${least}${bound}, not ${value}.`)
}

function hasText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
