/** Keeps what a host configured as secret out of what a provider's failures show. */

import { createRedactor as createTextRedactor } from '../std/redact.ts'
import type { ProviderConfig } from './model-client.ts'

const SECRET_NAMES = /auth|key|token|secret|cookie|sig/i

/** Some servers answer with the very header, or address, that they refuse. */
export function createRedactor(config: ProviderConfig): (text: string) => string {
  const named = [...Object.entries(config.headers ?? {}), ...Object.entries(config.query ?? {})]
  const values = named.filter(([name]) => SECRET_NAMES.test(name)).map(([, value]) => value)
  const secrets = [config.apiKey ?? '', ...values.map((value) => value.replace(/^(?:Bearer|Basic)\s+/i, ''))]
  return createTextRedactor(secrets, { shapes: false }).redact
}
