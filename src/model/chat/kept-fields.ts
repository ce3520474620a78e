/** Fields that OpenAI does not know, kept on the items they came with. */

import type { ResponseItem } from '../../protocol/response-item.ts'
import { isRecord, type JsonRecord, recordIn } from '../json-record.ts'
import { keptFor, type Maker } from '../maker.ts'
import type { ChatProfile } from './profile.ts'

/** The fields of a fragment but for the known and the empty ones, joined to those that came before. */
export function withUnknownFields(
  before: JsonRecord,
  fragment: JsonRecord,
  known: ReadonlySet<string>,
): JsonRecord {
  const found = Object.entries(fragment).filter(([name, value]) => !known.has(name) && !isEmpty(value))
  if (found.length === 0) return before
  return Object.fromEntries([
    ...Object.entries(before),
    ...found.map(([name, value]) => [name, joined(before[name], value)]),
  ])
}

/** What goes back of them: only to who sent them, and only what it wants back. */
export function keptFields(item: ResponseItem, maker: Maker, profile: ChatProfile): JsonRecord {
  const fields = recordIn(keptFor(maker, item), 'fields')
  return Object.fromEntries(
    profile.returnedFields.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])),
  )
}

/** Lists grow from chunk to chunk, objects field by field; anything else is sent anew. */
function joined(before: unknown, value: unknown): unknown {
  if (Array.isArray(before) && Array.isArray(value)) return [...before, ...value]
  if (!isRecord(before) || !isRecord(value)) return value
  return Object.fromEntries([
    ...Object.entries(before),
    ...Object.entries(value).map(([name, inner]) => [name, joined(before[name], inner)]),
  ])
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}
