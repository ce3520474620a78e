/** Requests through the `@anthropic-ai/sdk` package, with nothing of its own in them. */

import { ModelError } from '../protocol/errors.ts'
import { bodyText } from './body-text.ts'
import type { Transport } from './connection.ts'
import { requestHeaders } from './http-headers.ts'
import type { ProviderConfig } from './model-client.ts'
import { refusalOf, unreachable } from './refusal.ts'

/** The package's own deadline is switched off: silence is measured by us. The longest that a timer takes. */
const NEVER_MS = 2 ** 31 - 1

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
    fetch: async (url, init) => {
      const response = await fetch(url, { ...init, headers, redirect: 'manual' })
      // Thrown here because the package would parse the body and lose its text.
      if (!response.ok) throw await refusalOf(response, config)
      return response
    },
  })
  const addresses = new Map<string, string>()
  const addressOf = (path: string) => {
    const known = addresses.get(path) ?? client.buildURL(path, null)
    addresses.set(path, known)
    return known
  }
  return {
    async post(path, body, signal) {
      try {
        const init = { method: 'post', body: bodyText(body), signal }
        return await client.fetchWithTimeout(addressOf(path), init, NEVER_MS, new AbortController())
      } catch (error) {
        const cause = error instanceof Error ? (error.cause ?? error) : error
        throw cause instanceof ModelError ? cause : unreachable(cause, config)
      }
    },
  }
}
