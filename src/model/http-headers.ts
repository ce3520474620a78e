/** The headers that a request leaves with: ours and the host's, none of an SDK's. */

import { OptionError } from '../protocol/errors.ts'
import type { ProviderConfig } from './model-client.ts'

/** The host's key, under the header that a wire API reads it from. */
export interface KeyHeader {
  readonly name: string
  readonly value: string
}

/**
 * @param key Null where a server has no keys.
 * @throws {OptionError} A key or header that HTTP cannot carry, such as one with a line feed in it.
 */
export function requestHeaders(config: ProviderConfig, key: KeyHeader | null): Headers {
  const headers = new Headers({
    accept: 'text/event-stream',
    'content-type': 'application/json',
    'user-agent': 'codex-ts',
  })
  const add = (name: string, value: string, option: string) => {
    try {
      headers.set(name, value)
    } catch {
      // Without its cause, which shows the value.
      throw new OptionError(`providers.${config.name}.${option}`, 'cannot be sent as an HTTP header.')
    }
  }
  if (key !== null) add(key.name, key.value, 'apiKey')
  for (const [name, value] of Object.entries(config.headers ?? {})) add(name, value, `headers.${name}`)
  return headers
}
