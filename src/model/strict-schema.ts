/** Whether a schema can be asked for strictly. */

import type { JsonSchema } from '../protocol/json.ts'

/** Words that a model can be held to; with any other in it, a strict schema is refused. */
const HELD_WORDS: ReadonlySet<string> = new Set([
  ...['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'anyOf'],
  ...['$ref', '$defs', 'definitions', '$schema', '$id', 'title', 'description', 'default', 'examples'],
  ...['pattern', 'format', 'minLength', 'maxLength', 'minItems', 'maxItems', 'multipleOf'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
])

/**
 * Providers take a strict schema only when it is an object, no choice, and every object in it names all its properties as
 * required and forbids others; what allows more would be refused, so it is asked for without.
 */
export function canBeStrict(schema: JsonSchema): boolean {
  if (schema.type !== 'object' || schema.anyOf !== undefined) return false
  return nodesOf(schema).every((node) => {
    if (Object.keys(node).some((word) => !HELD_WORDS.has(word))) return false
    const { properties } = node
    if (typeof properties !== 'object' || properties === null)
      return node.type !== 'object' || node.additionalProperties === false
    const required = Array.isArray(node.required) ? node.required : []
    return (
      node.additionalProperties === false && Object.keys(properties).every((name) => required.includes(name))
    )
  })
}

type Node = Readonly<Record<string, unknown>>

/** The schema and every schema inside it. */
function nodesOf(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf)
  if (!isNode(value)) return []
  const { properties, $defs, definitions, items, anyOf, additionalProperties } = value
  const named = [properties, $defs, definitions].flatMap((table) =>
    isNode(table) ? Object.values(table) : [],
  )
  return [value, ...[...named, items, anyOf, additionalProperties].flatMap(nodesOf)]
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
