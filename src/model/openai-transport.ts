/** Requests through the `openai` package, with nothing of its own in them. */

import type { Transport } from './connection.ts'
import { requestHeaders } from './http-headers.ts'
import type { ProviderConfig } from './model-client.ts'
import { fetchWith, NEVER_MS, sdkTransport } from './sdk-transport.ts'

/**
 * A transport for everything that speaks OpenAI's HTTP.
 *
 * The package would take its key, organization, project and further headers from `OPENAI_*` variables, and add headers
 * that describe the machine. So each of those is given here, and the headers that leave are ours alone.
 *
 * @throws {OptionError} A key or header that HTTP cannot carry, such as one with a line feed in it.
 */
export async function openaiTransport(config: ProviderConfig): Promise<Transport> {
  const { OpenAI } = await import('openai')
  const { apiKey } = config
  const key = apiKey === undefined ? null : { name: 'authorization', value: `Bearer ${apiKey}` }
  const headers = requestHeaders(config, key)
  const client = new OpenAI({
    // Never sent; a server without keys is none of the package's cases.
    apiKey: 'unused',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: config.baseUrl,
    ...(config.query === undefined ? {} : { defaultQuery: { ...config.query } }),
    maxRetries: 0,
    timeout: NEVER_MS,
    logLevel: 'off',
    fetch: fetchWith(headers, config),
  })
  return sdkTransport(client, config)
}
