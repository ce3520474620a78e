/** What a response cost, by the price of its model. */

import { OptionError } from '../protocol/errors.ts'
import type { Usage } from '../protocol/usage.ts'
import type { ModelEvent } from './model-client.ts'

/** US dollars for a million tokens. */
export interface ModelPrice {
  readonly input: number
  /** Of what was read from the provider's cache; `input` unless told. */
  readonly cachedInput?: number
  /** Of what was written to it; `input` unless told. */
  readonly cacheWriteInput?: number
  readonly output: number
}

const PRICES: readonly (keyof ModelPrice)[] = ['input', 'cachedInput', 'cacheWriteInput', 'output']
const TOKENS_PRICED = 1_000_000

/** US dollars. */
export function costUsdOf(usage: Usage, price: ModelPrice): number {
  const {
    input_tokens,
    cached_input_tokens: cached,
    cache_write_input_tokens: written,
    output_tokens,
  } = usage
  const fresh = input_tokens - cached - written
  const sum =
    fresh * price.input +
    cached * (price.cachedInput ?? price.input) +
    written * (price.cacheWriteInput ?? price.input) +
    output_tokens * price.output
  return sum / TOKENS_PRICED
}

/** The event with its cost, where that can be reckoned and the provider did not name it. */
export function withCost(event: ModelEvent, price: ModelPrice | undefined): ModelEvent {
  if (event.type !== 'completed' || price === undefined) return event
  if (event.costUsd !== undefined || event.usage === null) return event
  return { ...event, costUsd: costUsdOf(event.usage, price) }
}

export function withCosts(events: readonly ModelEvent[], price: ModelPrice | undefined): ModelEvent[] {
  return events.map((event) => withCost(event, price))
}

/** @throws {OptionError} A price that is no amount of money, or none where one is needed. */
export function checkPrice(option: string, price: ModelPrice): void {
  for (const [name, amount] of Object.entries(price)) {
    if (!PRICES.some((known) => known === name)) {
      throw new OptionError(`${option}.${name}`, `there is no such price; there are ${PRICES.join(', ')}.`)
    }
    if (amount === undefined || isAmount(amount)) continue
    throw new OptionError(`${option}.${name}`, 'must be US dollars for a million tokens, 0 or more.')
  }
  for (const name of ['input', 'output'] as const) {
    if (price[name] === undefined) throw new OptionError(`${option}.${name}`, 'missing.')
  }
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
