/** JSON Schemas in the part of the language that the Messages API takes. */

import type { JsonSchema } from '../../protocol/json.ts'
import { isRecord, type JsonRecord } from '../json-record.ts'

/** What a model can be held to while it writes. */
const HELD_WORDS: ReadonlySet<string> = new Set([
  ...['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'anyOf', 'allOf'],
  ...['$ref', '$defs', 'definitions', 'title', 'description', 'default', 'format', 'minItems'],
])

/** Words that mean nothing for a value. */
const SILENT_WORDS: ReadonlySet<string> = new Set(['$schema', '$id', '$comment', 'examples'])

const FORMATS: ReadonlySet<unknown> = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'],
])

/** Beyond these, taken over all strict tools of a request, the provider answers 400. */
const STRICT_TOOLS_MAX = 20
const STRICT_UNIONS_MAX = 16

/** Whether a tool may be sent as strict, asked tool by tool in the order of the request. */
export type StrictBudget = (parameters: JsonSchema) => boolean

export function createStrictBudget(): StrictBudget {
  let tools = STRICT_TOOLS_MAX
  let unions = STRICT_UNIONS_MAX
  return (parameters) => {
    const nodes = nodesOf(parameters)
    const unionsHere = nodes.filter((node) => Array.isArray(node.type) || Array.isArray(node.anyOf)).length
    // A reference may lead back to itself, and such schemas are refused.
    const hasReferences = nodes.some((node) => node.$ref !== undefined)
    if (tools === 0 || unionsHere > unions || hasReferences || !nodes.every(isHeld)) return false
    tools -= 1
    unions -= unionsHere
    return true
  }
}

/**
 * The shape of the final text, as a model can be held to it.
 *
 * Objects are closed. What the provider would refuse, such as `maxLength`, is told in the description instead.
 */
export function outputSchema(schema: JsonSchema): JsonSchema {
  return held(schema)
}

/**
 * A tool's input. At its top the provider takes one object and no choice between several, so a choice is opened: all
 * properties of its variants stand side by side, and what every variant requires is required.
 */
export function inputSchema(parameters: JsonSchema): JsonSchema {
  const { anyOf, oneOf, allOf, properties, required, ...rest } = parameters
  const choice = listOf(anyOf ?? oneOf)
  const variants = [...choice, ...listOf(allOf)]
  if (variants.length === 0) {
    return parameters.type === 'object' ? parameters : { ...parameters, type: 'object' }
  }
  const names = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
  const inChoice = choice.map(({ required: own }) => names(own))
  const shared = (inChoice[0] ?? []).filter((name) => inChoice.every((own) => own.includes(name)))
  const always = listOf(allOf).flatMap((variant) => names(variant.required))
  const all = new Set([...names(required), ...shared, ...always])
  return {
    ...rest,
    type: 'object',
    properties: Object.assign(
      {},
      ...variants.map((variant) => (isRecord(variant.properties) ? variant.properties : {})),
      isRecord(properties) ? properties : {},
    ),
    ...(all.size === 0 ? {} : { required: [...all] }),
    // A variant may have closed itself; together they are open.
    additionalProperties: true,
  }
}

function isHeld(node: JsonRecord): boolean {
  if (Object.keys(node).some((word) => !HELD_WORDS.has(word) && !SILENT_WORDS.has(word))) return false
  const isObject = node.type === 'object' || isRecord(node.properties)
  if (isObject && node.additionalProperties !== false) return false
  return isFormatHeld(node.format) && isLeastHeld(node.minItems)
}

function isFormatHeld(format: unknown): boolean {
  return format === undefined || FORMATS.has(format)
}

function isLeastHeld(minItems: unknown): boolean {
  return minItems === undefined || minItems === 0 || minItems === 1
}

function held(node: JsonRecord): JsonSchema {
  const kept: Record<string, unknown> = {}
  const told: Record<string, unknown> = {}
  for (const [word, value] of Object.entries(node)) {
    if (SILENT_WORDS.has(word)) continue
    if (word === 'oneOf') kept.anyOf = heldChildren('anyOf', value)
    else if (word === 'format' && !isFormatHeld(value)) told.format = value
    else if (word === 'minItems' && !isLeastHeld(value)) told.minItems = value
    else if (HELD_WORDS.has(word)) kept[word] = heldChildren(word, value)
    else told[word] = value
  }
  if (kept.type === 'object' || isRecord(kept.properties)) kept.additionalProperties = false
  if (Object.keys(told).length > 0) kept.description = withRules(kept.description, told)
  return kept
}

/** The description, and behind it the rules that the model is only told of. */
function withRules(description: unknown, told: JsonRecord): string {
  const rules = Object.entries(told).map(([word, value]) => `${word}: ${JSON.stringify(value)}`)
  const text = typeof description === 'string' ? `${description} ` : ''
  return `${text}(${rules.join(', ')})`
}

function heldChildren(word: string, value: unknown): unknown {
  if (word === 'properties' || word === '$defs' || word === 'definitions') {
    if (!isRecord(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, child]) => [name, isRecord(child) ? held(child) : child]),
    )
  }
  if (word === 'items') return isRecord(value) ? held(value) : value
  if (word === 'anyOf' || word === 'allOf') {
    return Array.isArray(value) ? value.map((child) => (isRecord(child) ? held(child) : child)) : value
  }
  return value
}

/** The schema and every schema inside it. */
function nodesOf(value: unknown): JsonRecord[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf)
  if (!isRecord(value)) return []
  const { properties, $defs, definitions, items, anyOf, allOf } = value
  const named = [properties, $defs, definitions].flatMap((table) =>
    isRecord(table) ? Object.values(table) : [],
  )
  return [value, ...[...named, items, anyOf, allOf].flatMap(nodesOf)]
}

function listOf(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}
