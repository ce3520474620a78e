/** The rules for JSON Schemas in a request. */

import { isRecord, type JsonRecord, listOf } from './json.ts'
import { type Report, TOOL_NAME } from './rules.ts'

/** Of JSON Schema, what no strict schema may say. */
const REFUSED_WORDS = ['oneOf', 'allOf', 'not', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas']

interface SchemaContext {
  /** Strict schemas may leave nothing open: no optional property, no additional one. */
  readonly strict: boolean
  readonly report: Report
}

/** A function's parameters: an object schema that names its properties. */
export function checkFunctionSchema(schema: unknown, at: string, context: SchemaContext): void {
  if (!isRecord(schema) || schema.type !== 'object') {
    context.report('schema', at, 'parameters are an object schema, with type "object"')
    return
  }
  if (!isRecord(schema.properties)) {
    context.report('schema', at, 'an object schema needs properties')
    return
  }
  checkSchema(schema, at, context)
}

/** The shape of the final text: `text.format`, or on Chat `response_format.json_schema`. */
export function checkOutputFormat(format: JsonRecord, at: string, report: Report): void {
  if (typeof format.name !== 'string' || !TOOL_NAME.test(format.name)) {
    report('schema', `${at}.name`, `a schema has a name that matches ${TOOL_NAME.source}`)
  }
  if (!isRecord(format.schema)) {
    report('schema', `${at}.schema`, 'a schema is an object')
    return
  }
  const strict = format.strict === true
  if (strict && (format.schema.type !== 'object' || format.schema.anyOf !== undefined)) {
    report('schema', `${at}.schema`, 'a strict schema is an object at its root, and no choice')
  }
  checkSchema(format.schema, `${at}.schema`, { strict, report })
}

function checkSchema(schema: unknown, at: string, context: SchemaContext): void {
  if (!isRecord(schema)) return
  if (schema.type === 'array' && schema.items === undefined && schema.prefixItems === undefined) {
    context.report('schema', at, 'an array schema needs items')
  }
  if (context.strict) checkWords(schema, at, context.report)
  if (context.strict && isRecord(schema.properties))
    checkClosed(schema, schema.properties, at, context.report)

  for (const [key, child] of [...entriesOf(schema.properties), ...entriesOf(schema.$defs)]) {
    checkSchema(child, `${at}.${key}`, context)
  }
  checkSchema(schema.items, `${at}.items`, context)
  for (const [index, child] of listOf(schema.anyOf).entries()) {
    checkSchema(child, `${at}.anyOf[${index}]`, context)
  }
}

function checkWords(schema: JsonRecord, at: string, report: Report): void {
  const word = REFUSED_WORDS.find((refused) => schema[refused] !== undefined)
  if (word !== undefined) report('schema', at, `'${word}' is not permitted in a strict schema`)
}

function checkClosed(schema: JsonRecord, properties: JsonRecord, at: string, report: Report): void {
  if (schema.additionalProperties !== false) {
    report('schema', at, 'a strict object schema needs additionalProperties: false')
  }
  const required = new Set(listOf(schema.required))
  const missing = Object.keys(properties).filter((name) => !required.has(name))
  if (missing.length > 0) {
    report('schema', at, `a strict object schema requires every property, ${missing.join(', ')} too`)
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : []
}
