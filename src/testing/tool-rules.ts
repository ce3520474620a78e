/** The rules for tools as a request declares them, which all OpenAI wire APIs share. */

import { isFilledString, isRecord, type JsonRecord, listOf } from './json.ts'
import { type Report, TOOL_NAME } from './rules.ts'
import { checkFunctionSchema } from './schema-rules.ts'

/** @param tool Where `name`, `parameters` and `strict` stand: the tool itself, or on Chat its `function`. */
export function checkFunctionTool(tool: JsonRecord, at: string, report: Report): void {
  checkToolName(tool.name, at, report)
  if (tool.description !== undefined && typeof tool.description !== 'string') {
    report('tool', `${at}.description`, 'a description is a string')
  }
  if (tool.strict !== undefined && tool.strict !== null && typeof tool.strict !== 'boolean') {
    report('tool', `${at}.strict`, 'strict is true or false')
  }
  if (tool.parameters !== undefined && tool.parameters !== null) {
    checkFunctionSchema(tool.parameters, `${at}.parameters`, { strict: tool.strict === true, report })
  }
}

export function checkCustomTool(tool: JsonRecord, at: string, report: Report): void {
  checkToolName(tool.name, at, report)
  const { format } = tool
  if (format === undefined || format === null) return
  if (!isRecord(format) || (format.type !== 'text' && format.type !== 'grammar')) {
    report('tool', `${at}.format`, 'the format of a custom tool is text or grammar')
  }
}

export function checkToolName(name: unknown, at: string, report: Report): void {
  if (typeof name !== 'string' || !TOOL_NAME.test(name)) {
    report(
      'tool',
      `${at}.name`,
      `${JSON.stringify(name)} is no tool name: it has to match ${TOOL_NAME.source}`,
    )
  }
}

/** @param named A tool's name and where it stands. */
export function checkUniqueNames(
  named: readonly { readonly name: unknown; readonly at: string }[],
  report: Report,
): void {
  const seen = new Set<unknown>()
  for (const { name, at } of named) {
    if (isFilledString(name) && seen.has(name)) {
      report('unique-tool-names', at, `two tools have the name ${name}`)
    }
    seen.add(name)
  }
}

/** Reports a `tools` that is no list, and gives its tools with their places. */
export function toolsOf(body: JsonRecord, report: Report): { tool: JsonRecord; at: string }[] {
  if (body.tools !== undefined && body.tools !== null && !Array.isArray(body.tools)) {
    report('tool', 'tools', 'tools is a list')
  }
  return listOf(body.tools).flatMap((tool, index) => {
    const at = `tools[${index}]`
    if (isRecord(tool) && isFilledString(tool.type)) return [{ tool, at }]
    report('tool', at, 'a tool is an object with a type')
    return []
  })
}
