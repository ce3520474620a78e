/** Schemas for servers that refuse some of JSON Schema's words. */

import type { JsonSchema } from '../../protocol/json.ts'
import { isRecord, type JsonRecord } from '../json-record.ts'

const REFUSED: ReadonlySet<string> = new Set(['default', '$schema'])
/** Words whose values are schemas by names of the host's; one of those names may well be `default`. */
const NAMED: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions'])
/** Words whose values are data. */
const DATA: ReadonlySet<string> = new Set(['enum', 'const', 'examples', 'required'])

/** The schema without defaults, which Gemini refuses; what may be left out stays optional. */
export function withoutDefaults(schema: JsonSchema): JsonSchema {
  const kept = Object.entries(schema).filter(([word]) => !REFUSED.has(word))
  return Object.fromEntries(kept.map(([word, value]) => [word, cleaned(word, value)]))
}

function cleaned(word: string, value: unknown): unknown {
  if (DATA.has(word)) return value
  if (NAMED.has(word) && isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, schemasIn(inner)]))
  }
  return schemasIn(value)
}

function schemasIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(schemasIn)
  return isRecord(value) ? withoutDefaults(value satisfies JsonRecord) : value
}
