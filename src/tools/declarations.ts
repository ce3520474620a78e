/** Tools as TypeScript declarations: what a model reads before it writes a script. */

import type { JsonSchema } from '../protocol/json.ts'
import type { RegisteredTool } from './tool-set.ts'

/** Past this many bytes a type says less than it costs. */
const TYPE_BYTES_MAX = 16_000
const DEPTH_MAX = 8

/**
 * One `declare const tools` for all of them.
 *
 * @param tools Sorted; the text is the same for the same tools.
 */
export function declarations(tools: readonly RegisteredTool[]): string {
  const root = tools.filter(({ pack }) => pack.namespace === undefined)
  const namespaces = Map.groupBy(
    tools.filter(({ pack }) => pack.namespace !== undefined),
    ({ scriptPath }) => scriptPath.slice(0, scriptPath.indexOf('.')),
  )
  const lines = ['declare const tools: {']
  for (const entry of root) lines.push(...member(entry, '  '))
  for (const [namespace, members] of namespaces) {
    lines.push(`  ${namespace}: {`)
    for (const entry of members) lines.push(...member(entry, '    '))
    lines.push('  }')
  }
  lines.push('}')
  return lines.join('\n')
}

/** One tool's declaration, with its description above it. */
export function declaration(entry: RegisteredTool): string {
  return member(entry, '').join('\n')
}

function member(entry: RegisteredTool, indent: string): string[] {
  const name = entry.scriptPath.slice(entry.scriptPath.indexOf('.') + 1)
  const doc = entry.tool.description.trim().replaceAll('*/', '* /').split('\n')
  const comment =
    doc.length === 1 ? [`/** ${doc[0]} */`] : ['/**', ...doc.map((line) => ` * ${line}`.trimEnd()), ' */']
  return [...comment, `${name}(${parameters(entry)}): Promise<${resultType(entry)}>`].map(
    (line) => indent + line,
  )
}

function parameters({ tool, inputSchema }: RegisteredTool): string {
  const properties = asRecord(inputSchema.properties)
  const required = new Set(asArray(inputSchema.required))
  const positional = tool.positional ?? []
  const rest = Object.keys(properties).filter((name) => !positional.includes(name))

  if (positional.length === 0) {
    const optional = rest.every((name) => !required.has(name))
    if (rest.length === 0) return ''
    return `input${optional ? '?' : ''}: ${typeOf(inputSchema, inputSchema, 0)}`
  }
  const parts = positional.map((name, index) => {
    const later = positional.slice(index).some((other) => required.has(other))
    return `${name}${later ? '' : '?'}: ${typeOf(properties[name], inputSchema, 0)}`
  })
  if (rest.length > 0) {
    const optional = rest.every((name) => !required.has(name))
    parts.push(`rest${optional ? '?' : ''}: ${objectType(rest, properties, required, inputSchema, 0)}`)
  }
  return parts.join(', ')
}

function resultType({ outputSchema }: RegisteredTool): string {
  if (outputSchema === undefined) return 'unknown'
  const text = typeOf(outputSchema, outputSchema, 0)
  return Buffer.byteLength(text) > TYPE_BYTES_MAX ? 'unknown' : text
}

/** A JSON Schema as a TypeScript type; what TypeScript cannot say becomes `unknown`. */
export function typeOf(schema: unknown, root: JsonSchema, depth: number): string {
  if (schema === true || depth > DEPTH_MAX) return 'unknown'
  if (schema === false) return 'never'
  const node = asRecord(schema)
  if (typeof node.$ref === 'string') return typeOf(resolve(node.$ref, root), root, depth + 1)
  if ('const' in node) return JSON.stringify(node.const)
  const options = asArray(node.enum)
  if (options.length > 0) return options.map((option) => JSON.stringify(option)).join(' | ')
  for (const [keyword, joint] of [
    ['anyOf', ' | '],
    ['oneOf', ' | '],
    ['allOf', ' & '],
  ] as const) {
    const members = asArray(node[keyword])
    if (members.length > 0) {
      return [...new Set(members.map((part) => parenthesized(typeOf(part, root, depth + 1))))].join(joint)
    }
  }
  const types = Array.isArray(node.type) ? asArray(node.type) : [node.type]
  return types.map((type) => singleType(type, node, root, depth)).join(' | ')
}

function singleType(type: unknown, node: Record<string, unknown>, root: JsonSchema, depth: number): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type
    case 'number':
    case 'integer':
      return 'number'
    case 'array': {
      const item = parenthesized(typeOf(node.items ?? true, root, depth + 1))
      return `${item}[]`
    }
    case 'object': {
      const properties = asRecord(node.properties)
      const names = Object.keys(properties)
      if (names.length > 0) return objectType(names, properties, new Set(asArray(node.required)), root, depth)
      const values = node.additionalProperties
      return `Record<string, ${values === undefined ? 'unknown' : typeOf(values, root, depth + 1)}>`
    }
    default:
      return 'unknown'
  }
}

function objectType(
  names: readonly string[],
  properties: Record<string, unknown>,
  required: ReadonlySet<unknown>,
  root: JsonSchema,
  depth: number,
): string {
  const fields = names.map((name) => {
    const node = asRecord(properties[name])
    const note = typeof node.description === 'string' ? ` /* ${oneLine(node.description)} */` : ''
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
    return `${key}${required.has(name) ? '' : '?'}: ${typeOf(properties[name], root, depth + 1)}${note}`
  })
  return `{ ${fields.join('; ')} }`
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').replaceAll('*/', '* /').trim()
const parenthesized = (type: string) => (/[|&] /.test(type) && !type.startsWith('{') ? `(${type})` : type)

function resolve(ref: string, root: JsonSchema): unknown {
  let node: unknown = root
  for (const part of ref.replace(/^#\/?/, '').split('/').filter(Boolean)) {
    node = asRecord(node)[part.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return node ?? true
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

const asArray = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
