/** The rules for tools as a Messages request declares them. */

import { isFilledString, isRecord, type JsonRecord, listOf } from '../json.ts'
import type { Report } from '../rules.ts'
import { checkUniqueNames } from '../tool-rules.ts'
import { checkClosedSchema } from './check-schema.ts'

const NAME = /^[a-zA-Z0-9_-]{1,128}$/
const STRICT_TOOLS_MAX = 20

const FIELDS = new Set([
  ...['type', 'name', 'description', 'input_schema', 'strict', 'cache_control', 'eager_input_streaming'],
  ...['defer_loading', 'allowed_callers', 'input_examples'],
])

export function checkTools(body: JsonRecord, report: Report): void {
  if (body.tools !== undefined && !Array.isArray(body.tools)) report('tool', 'tools', 'tools is a list')
  const tools = listOf(body.tools).map((tool, index) => ({ tool, at: `tools[${index}]` }))
  for (const { tool, at } of tools) {
    if (!isRecord(tool)) report('tool', at, 'a tool is an object')
    // The provider's own tools have types with a date in them, and fields of their own.
    else if (tool.type === undefined || tool.type === 'custom') checkTool(tool, at, report)
  }
  checkUniqueNames(
    tools.map(({ tool, at }) => ({ name: isRecord(tool) ? tool.name : undefined, at: `${at}.name` })),
    report,
  )
  const strict = tools.filter(({ tool }) => isRecord(tool) && tool.strict === true).length
  if (strict > STRICT_TOOLS_MAX) {
    report('tool', 'tools', `at most ${STRICT_TOOLS_MAX} tools are strict, and these are ${strict}`)
  }
  checkChoice(body, tools.length, report)
}

function checkTool(tool: JsonRecord, at: string, report: Report): void {
  for (const field of Object.keys(tool)) {
    if (!FIELDS.has(field)) report('field', `${at}.${field}`, 'there is no such field')
  }
  if (typeof tool.name !== 'string' || !NAME.test(tool.name)) {
    report(
      'tool',
      `${at}.name`,
      `${JSON.stringify(tool.name)} is no tool name: it has to match ${NAME.source}`,
    )
  }
  if (tool.description !== undefined && !isFilledString(tool.description)) {
    report('tool', `${at}.description`, 'a description is a text, or left out')
  }
  const { input_schema: schema } = tool
  const place = `${at}.input_schema`
  if (!isRecord(schema) || schema.type !== 'object') {
    report('schema', place, 'an input_schema is an object schema, with type "object"')
    return
  }
  for (const word of ['anyOf', 'oneOf', 'allOf']) {
    if (schema[word] !== undefined)
      report('schema', `${place}.${word}`, 'there is no choice at the top of a schema')
  }
  if (tool.strict === true) checkClosedSchema(schema, place, report)
}

function checkChoice({ tool_choice: choice }: JsonRecord, toolCount: number, report: Report): void {
  if (choice === undefined) return
  if (!isRecord(choice) || !['auto', 'any', 'tool', 'none'].includes(String(choice.type))) {
    report('tool', 'tool_choice.type', 'tool_choice is one of auto, any, tool, none')
  } else if (toolCount === 0) {
    report('tool', 'tool_choice', 'there is nothing to choose without tools')
  }
}
