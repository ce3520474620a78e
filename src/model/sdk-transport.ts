/** One exchange through a provider's package, with nothing of the package's own in it. */

import { ModelError } from '../protocol/errors.ts'
import { bodyText } from './body-text.ts'
import type { Transport } from './connection.ts'
import type { ProviderConfig } from './model-client.ts'
import { refusalOf, unreachable } from './refusal.ts'

/** The package's own deadline is switched off: silence is measured by us. The longest that a timer takes. */
export const NEVER_MS = 2 ** 31 - 1

/** What both packages' clients have. */
interface SdkClient {
  buildURL(path: string, query: null): string
  fetchWithTimeout(
    url: string,
    init: { method: string; body: string; signal: AbortSignal },
    ms: number,
    controller: AbortController,
  ): Promise<Response>
}

/** For the package's `fetch` option: the headers that leave are ours alone, and a refusal keeps its text. */
export function fetchWith(headers: Headers, config: ProviderConfig): typeof fetch {
  return async (url, init) => {
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    // Thrown here because the package would parse the body and lose its text.
    if (!response.ok) throw await refusalOf(response, config)
    return response
  }
}

export function sdkTransport(client: SdkClient, config: ProviderConfig): Transport {
  const addresses = new Map<string, string>()
  const addressOf = (path: string) => {
    const address = addresses.get(path) ?? client.buildURL(path, null)
    addresses.set(path, address)
    return address
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
