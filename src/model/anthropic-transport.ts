/** Requests through the `@anthropic-ai/sdk` package, with nothing of its own in them. */

import type { Transport } from './connection.ts'
import { requestHeaders } from './http-headers.ts'
import type { ProviderConfig } from './model-client.ts'
import { fetchWith, NEVER_MS, sdkTransport } from './sdk-transport.ts'

/**
 * A transport for everything that speaks Anthropic's HTTP.
 *
 * The package would take keys, profiles and further headers from `ANTHROPIC_*` variables and from files, write spans,
 * and add headers that describe the machine. So each of those is given here, and the headers that leave are ours alone.
 *
 * @param own Headers of the wire API, in place of the host's of the same name.
 * @throws {OptionError} A key or header that HTTP cannot carry, such as one with a line feed in it.
 */
export async function anthropicTransport(
  config: ProviderConfig,
  own: Readonly<Record<string, string>>,
): Promise<Transport> {
  const { Anthropic } = await import('@anthropic-ai/sdk')
  const { apiKey } = config
  const headers = requestHeaders(config, apiKey === undefined ? null : { name: 'x-api-key', value: apiKey })
  for (const [name, value] of Object.entries(own)) headers.set(name, value)
  const client = new Anthropic({
    // Never sent. Being given, it keeps the package from looking for another in the environment and in files.
    apiKey: 'unused',
    webhookKey: null,
    baseURL: config.baseUrl,
    ...(config.query === undefined ? {} : { defaultQuery: { ...config.query } }),
    maxRetries: 0,
    timeout: NEVER_MS,
    logLevel: 'off',
    openTelemetry: false,
    fetch: fetchWith(headers, config),
  })
  return sdkTransport(client, config)
}
