/** Keeps what a host configured as secret out of what a provider's failures show. */

import { createRedactor as createTextRedactor } from '../std/redact.ts'
import type { ProviderConfig } from './model-client.ts'

const SECRET_NAMES = /auth|key|token|secret|cookie|sig/i

/** A request needs one several times over, and it is the same for all requests of a client. */
const known = new WeakMap<ProviderConfig, (text: string) => string>()

/** Some servers answer with the very header, or address, that they refuse. */
export function createRedactor(config: ProviderConfig): (text: string) => string {
  const redact = known.get(config) ?? redactorOf(config)
  known.set(config, redact)
  return redact
}

function redactorOf(config: ProviderConfig): (text: string) => string {
  const named = [...Object.entries(config.headers ?? {}), ...Object.entries(config.query ?? {})]
  const values = named.filter(([name]) => SECRET_NAMES.test(name)).map(([, value]) => value)
  const secrets = [config.apiKey ?? '', ...values.map((value) => value.replace(/^(?:Bearer|Basic)\s+/i, ''))]
  return createTextRedactor(secrets, { shapes: false }).redact
}
