/** The rules for schemas that the model is held to while it writes. */

import { isRecord, type JsonRecord, listOf } from '../json.ts'
import type { Report } from '../rules.ts'

/** Words that cannot be held to. */
const REFUSED_WORDS = [
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength'],
  ...['pattern', 'maxItems', 'uniqueItems', 'contains', 'prefixItems', 'minProperties', 'maxProperties'],
  ...['patternProperties', 'propertyNames', 'oneOf', 'not', 'if', 'then', 'else', 'dependentRequired'],
]

export function checkClosedSchema(schema: unknown, at: string, report: Report): void {
  if (!isRecord(schema)) return
  for (const word of REFUSED_WORDS) {
    if (schema[word] !== undefined) report('schema', `${at}.${word}`, 'a strict schema may not say this')
  }
  if (Number(schema.minItems ?? 0) > 1) {
    report('schema', `${at}.minItems`, 'a strict schema asks for no items or for one')
  }
  const isObject = schema.type === 'object' || isRecord(schema.properties)
  if (isObject && schema.additionalProperties !== false) {
    report('schema', at, 'a strict object schema needs additionalProperties: false')
  }
  for (const [child, place] of childrenOf(schema, at)) checkClosedSchema(child, place, report)
}

/** What stands directly inside a schema as a schema, each with its place. */
function* childrenOf(schema: JsonRecord, at: string): Generator<[child: unknown, place: string]> {
  for (const table of ['properties', '$defs', 'definitions']) {
    const children = schema[table]
    if (!isRecord(children)) continue
    for (const [name, child] of Object.entries(children)) yield [child, `${at}.${table}.${name}`]
  }
  yield [schema.items, `${at}.items`]
  for (const word of ['anyOf', 'allOf']) {
    for (const [index, child] of listOf(schema[word]).entries()) yield [child, `${at}.${word}[${index}]`]
  }
}
