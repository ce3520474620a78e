/** Whose private data an item carries: it goes back to its maker, and to nobody else. */

import type { WireApi } from '../protocol/modes.ts'
import type { ProviderData, ResponseItem } from '../protocol/response-item.ts'
import { isRecord, type JsonRecord } from './json-record.ts'

export interface Maker {
  readonly provider: string
  readonly model: string
  readonly wireApi: WireApi
}

/** The mark on what a response made. */
export function markOf({ provider, model, wireApi }: Maker, data: JsonRecord = {}): ProviderData {
  return { provider, model, data: { wireApi, ...data } }
}

/** What an item keeps for `maker`; null when somebody else made it, or nobody said. */
export function keptFor(maker: Maker, item: ResponseItem): JsonRecord | null {
  const made = item.providerData
  if (made?.provider !== maker.provider || made.model !== maker.model || !isRecord(made.data)) return null
  return made.data.wireApi === maker.wireApi ? made.data : null
}
