/** Requests through the `openai` package, with nothing of its own in them. */

import { ModelError } from '../protocol/errors.ts'
import { bodyText } from './body-text.ts'
import type { Transport } from './connection.ts'
import { requestHeaders } from './http-headers.ts'
import type { ProviderConfig } from './model-client.ts'
import { refusalOf, unreachable } from './refusal.ts'

/** The package's own deadline is switched off: silence is measured by us. The longest that a timer takes. */
const NEVER_MS = 2 ** 31 - 1

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
