/** Whether a schema can be asked for strictly. */

import type { JsonSchema } from '../protocol/json.ts'

/**
 * Providers take a strict schema only when every object names all its properties as required and forbids others; what
 * allows more would be refused, so it is asked for without.
 */
export function canBeStrict(schema: JsonSchema): boolean {
  return nodesOf(schema).every((node) => {
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
  const { properties, $defs, definitions, items, anyOf, oneOf, allOf, additionalProperties } = value
  const named = [properties, $defs, definitions].flatMap((table) =>
    isNode(table) ? Object.values(table) : [],
  )
  return [value, ...[...named, items, anyOf, oneOf, allOf, additionalProperties].flatMap(nodesOf)]
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
