/** What the Messages API refuses in a request. */

import { isFilledString, isRecord, type JsonRecord } from '../json.ts'
import type { Report } from '../rules.ts'
import type { CheckContext } from '../wire.ts'
import { checkBlocks } from './check-blocks.ts'
import { checkBreakpoints } from './check-breakpoints.ts'
import { checkCalls } from './check-calls.ts'
import { checkClosedSchema } from './check-schema.ts'
import { checkThinking } from './check-thinking.ts'
import { checkTools } from './check-tools.ts'
import { blocksOf, type Turn, turnsOf } from './messages.ts'

/** The versions of the wire API; the second forbids some of what the first allows. */
const FIRST_VERSION = '2023-06-01'
const VERSIONS: ReadonlySet<string> = new Set([FIRST_VERSION, '2026-10-21'])

const BODY_FIELDS = new Set([
  ...['model', 'messages', 'max_tokens', 'system', 'tools', 'tool_choice', 'stream', 'stop_sequences'],
  ...['thinking', 'output_config', 'cache_control', 'metadata', 'service_tier', 'container', 'diagnostics'],
  ...['temperature', 'top_p', 'top_k', 'inference_geo', 'speed', 'mcp_servers', 'context_management'],
])

const EFFORTS = new Set(['low', 'medium', 'high', 'xhigh', 'max'])

export function checkMessagesBody(body: JsonRecord, context: CheckContext): void {
  const { report, headers } = context
  const version = headers['anthropic-version']
  if (version === undefined || !VERSIONS.has(version)) {
    report('version', 'anthropic-version', `the header has to be one of ${[...VERSIONS].join(', ')}`)
  }
  const isFirstVersion = version === FIRST_VERSION
  for (const field of Object.keys(body)) {
    if (!BODY_FIELDS.has(field)) report('field', field, 'there is no such field')
  }
  if (!Number.isInteger(body.max_tokens) || Number(body.max_tokens) < 1) {
    report('output-limit', 'max_tokens', 'max_tokens is a whole number of at least 1')
  }
  if (!isFirstVersion) checkSampling(body, report)
  checkSystem(body, report)
  checkOutputConfig(body, report)
  checkTools(body, report)

  const turns = turnsOf(body, !isFirstVersion, report)
  for (const turn of turns) checkBlocks(turn, isFirstVersion, report)
  checkEnds(body, turns, report)
  checkCalls(body, turns, report)
  checkThinking(body, turns, report)
  checkBreakpoints(body, turns, report)
}

/** The current version takes none of them, not even at their defaults. */
function checkSampling(body: JsonRecord, report: Report): void {
  for (const field of ['temperature', 'top_p', 'top_k']) {
    if (body[field] !== undefined)
      report('sampling', field, 'this version of the API takes no sampling parameters')
  }
}

function checkSystem({ system }: JsonRecord, report: Report): void {
  if (system === undefined) return
  for (const { block, at } of blocksOf(system, 'system', report)) {
    if (block.type !== 'text') report('content', at, 'system text is made of text blocks')
    else if (!isFilledString(block.text)) report('content', `${at}.text`, 'a text block may not be empty')
  }
}

function checkOutputConfig({ output_config: config }: JsonRecord, report: Report): void {
  if (!isRecord(config)) return
  const { effort, format } = config
  if (effort !== undefined && effort !== null && !EFFORTS.has(String(effort))) {
    report('thinking', 'output_config.effort', `effort is one of ${[...EFFORTS].join(', ')}`)
  }
  if (format === undefined || format === null) return
  if (!isRecord(format) || format.type !== 'json_schema' || !isRecord(format.schema)) {
    report('schema', 'output_config.format', 'a format has the type json_schema, and a schema')
    return
  }
  checkClosedSchema(format.schema, 'output_config.format.schema', report)
}

/** The user begins. The assistant may have the last word only where the model goes on from it. */
function checkEnds(body: JsonRecord, turns: readonly Turn[], report: Report): void {
  const first = turns[0]
  if (first !== undefined && first.role !== 'user') {
    report('role', `${first.at}.role`, "the first message is the user's")
  }
  const last = turns.at(-1)
  if (last?.role !== 'assistant') return
  const end = last.blocks.at(-1)
  if (end?.block.type === 'text' && /\s$/.test(String(end.block.text))) {
    report('content', end.at, 'the last text of the assistant may not end with whitespace')
  }
  const isPaused = last.blocks.some(({ block }) => block.type === 'server_tool_use')
  const { thinking } = body
  const thinks = isRecord(thinking) && thinking.type !== 'disabled'
  const hasFormat = isRecord(body.output_config) && body.output_config.format !== undefined
  if (!isPaused && (thinks || hasFormat)) {
    report('prefill', last.at, "the conversation has to end with a message of the user's")
  }
}
