/** What `@openai/codex-sdk` says through `baseUrl`, `apiKey` and `config`, in our own options. */

import { knownProviders } from '../../model/providers.ts'
import type { EnvironmentPolicy } from '../../platform/environment.ts'
import { OptionError } from '../../protocol/errors.ts'
import type { CodexOptions, ProviderOptions, ThreadOptions } from './options.ts'

/** Whom `baseUrl` and `apiKey` are for: models without a provider's prefix go there, as they do with the SDK. */
const BASE_URL_PROVIDER = 'openai'

export interface SdkConfig {
  readonly providers: Readonly<Record<string, ProviderOptions>>
  /** Where models go whose slug names no provider; undefined where the SDK's options name none. */
  readonly defaultProvider: string | undefined
  /** The same for slugs without a vendor: a key alone is OpenAI's, and does not make other vendors' models its. */
  readonly bareProvider: string | undefined
  readonly model: string | undefined
  readonly thread: ThreadOptions
  readonly shellEnvironmentPolicy: EnvironmentPolicy | undefined
}

/** @throws {OptionError} A key of `config` that we honour has a value of the wrong kind. */
export function readSdkConfig(
  options: CodexOptions,
  environment: Readonly<Record<string, string>>,
): SdkConfig {
  const { config = {}, baseUrl, apiKey } = options
  const isAsked = baseUrl !== undefined || apiKey !== undefined
  const providers: Record<string, ProviderOptions> = isAsked
    ? { [BASE_URL_PROVIDER]: { baseUrl, apiKey } }
    : {}
  for (const [name, value] of Object.entries(table(config, 'model_providers'))) {
    providers[name] = providerOf(`config.model_providers.${name}`, value, environment)
  }
  const named = text(config, 'model_provider')
  const isDefined = (name: string) =>
    name in providers || name in (options.providers ?? {}) || Object.hasOwn(knownProviders, name)
  if (named !== undefined && !isDefined(named)) {
    throw new OptionError(
      'config.model_provider',
      `names ${named}, which config.model_providers does not define.`,
    )
  }
  const defaultProvider = named ?? (baseUrl === undefined ? undefined : BASE_URL_PROVIDER)
  const model = text(config, 'model')
  const workspace = table(config, 'sandbox_workspace_write')
  const where = 'config.sandbox_workspace_write'
  // As the config has them: the words are checked with those of all threads.
  const thread = {
    ...defined({
      approvalPolicy: text(config, 'approval_policy'),
      sandboxMode: text(config, 'sandbox_mode'),
      modelReasoningEffort: text(config, 'model_reasoning_effort'),
    }),
    ...defined({ networkAccessEnabled: flag(workspace, 'network_access', where) }),
    ...defined({ additionalDirectories: list(workspace, 'writable_roots', where) }),
  } as ThreadOptions
  return {
    providers,
    defaultProvider,
    bareProvider: defaultProvider ?? (apiKey === undefined ? undefined : BASE_URL_PROVIDER),
    model,
    thread,
    shellEnvironmentPolicy: shellEnvironmentPolicy(config),
  }
}

function shellEnvironmentPolicy(config: Table): EnvironmentPolicy | undefined {
  if (config.shell_environment_policy === undefined) return undefined
  const policy = table(config, 'shell_environment_policy')
  const where = 'config.shell_environment_policy'
  const inherit = text(policy, 'inherit', where)
  if (inherit !== undefined && inherit !== 'all' && inherit !== 'core' && inherit !== 'none') {
    throw new OptionError(`${where}.inherit`, 'must be one of all, core, none.')
  }
  return {
    ...defined({ inherit }),
    ...defined({ ignoreDefaultExcludes: flag(policy, 'ignore_default_excludes', where) }),
    ...defined({ exclude: list(policy, 'exclude', where), includeOnly: list(policy, 'include_only', where) }),
    ...defined({ set: strings(policy, 'set', where) }),
  }
}

function providerOf(
  where: string,
  value: unknown,
  environment: Readonly<Record<string, string>>,
): ProviderOptions {
  if (!isTable(value)) throw new OptionError(where, 'must be an object.')
  const baseUrl = text(value, 'base_url', where)
  const keyVariable = text(value, 'env_key', where)
  const apiKey =
    text(value, 'experimental_bearer_token', where) ??
    (keyVariable === undefined ? undefined : environment[keyVariable])
  const wireApi = text(value, 'wire_api', where) ?? 'responses'
  if (wireApi !== 'responses' && wireApi !== 'chat' && wireApi !== 'messages') {
    throw new OptionError(`${where}.wire_api`, 'must be one of responses, chat, messages.')
  }
  return {
    wireApi,
    baseUrl,
    apiKey,
    headers: strings(value, 'http_headers', where),
    query: strings(value, 'query_params', where),
    requestRetriesMax: count(value, 'request_max_retries', where),
    streamRetriesMax: count(value, 'stream_max_retries', where),
    streamIdleTimeoutMs: count(value, 'stream_idle_timeout_ms', where),
  }
}

/** Without the fields that are undefined, so that they hide nothing they are spread over. */
function defined<Name extends string, Value>(
  fields: Readonly<Record<Name, Value | undefined>>,
): { [Key in Name]?: Value } {
  const entries = Object.entries<Value | undefined>(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Key in Name]?: Value }
}

type Table = Readonly<Record<string, unknown>>

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function table(config: Table, key: string): Table {
  const value = config[key]
  if (value === undefined) return {}
  if (!isTable(value)) throw new OptionError(`config.${key}`, 'must be an object.')
  return value
}

function text(config: Table, key: string, where = 'config'): string | undefined {
  const value = config[key]
  if (value === undefined || typeof value === 'string') return value
  throw new OptionError(`${where}.${key}`, 'must be a string.')
}

function strings(config: Table, key: string, where: string): Record<string, string> | undefined {
  const value = config[key]
  if (value === undefined) return undefined
  if (isTable(value) && Object.values(value).every((entry) => typeof entry === 'string')) {
    return value as Record<string, string>
  }
  throw new OptionError(`${where}.${key}`, 'must be an object of strings.')
}

function flag(config: Table, key: string, where: string): boolean | undefined {
  const value = config[key]
  if (value === undefined || typeof value === 'boolean') return value
  throw new OptionError(`${where}.${key}`, 'must be true or false.')
}

function list(config: Table, key: string, where: string): string[] | undefined {
  const value = config[key]
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value
  throw new OptionError(`${where}.${key}`, 'must be an array of strings.')
}

function count(config: Table, key: string, where: string): number | undefined {
  const value = config[key]
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  throw new OptionError(`${where}.${key}`, 'must be a whole number from 0 up.')
}
