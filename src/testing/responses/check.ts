/** What the Responses API refuses in a request. */

import { checkPairs, checkUniqueIds, type PairedItem } from '../call-rules.ts'
import { isFilledString, isRecord, type JsonRecord, listOf } from '../json.ts'
import { ID_LENGTH_MAX, type Report } from '../rules.ts'
import { checkOutputFormat } from '../schema-rules.ts'
import {
  checkCustomTool,
  checkFunctionTool,
  checkToolName,
  checkUniqueNames,
  toolsOf,
} from '../tool-rules.ts'
import type { CheckContext } from '../wire.ts'

interface PlacedItem {
  readonly item: JsonRecord
  readonly at: string
}

const BODY_FIELDS = new Set([
  ...['model', 'input', 'instructions', 'tools', 'tool_choice', 'parallel_tool_calls', 'max_tool_calls'],
  ...[
    'stream',
    'stream_options',
    'store',
    'include',
    'reasoning',
    'text',
    'previous_response_id',
    'conversation',
  ],
  ...['prompt', 'prompt_cache_key', 'prompt_cache_retention', 'prompt_cache_options', 'max_output_tokens'],
  ...['service_tier', 'context_management', 'truncation', 'temperature', 'top_p', 'top_logprobs', 'metadata'],
  ...['client_metadata', 'user', 'safety_identifier', 'background', 'moderation', 'access_programs', 'image'],
])

/** Fields of the items that we know; the others may hold what they like. */
const ITEM_FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  message: new Set(['type', 'id', 'role', 'content', 'status', 'phase']),
  reasoning: new Set(['type', 'id', 'summary', 'content', 'encrypted_content', 'status']),
  function_call: new Set([
    'type',
    'id',
    'call_id',
    'name',
    'namespace',
    'arguments',
    'status',
    'caller',
    'async',
  ]),
  function_call_output: new Set(['type', 'id', 'call_id', 'name', 'namespace', 'output', 'status', 'caller']),
  custom_tool_call: new Set([
    'type',
    'id',
    'call_id',
    'name',
    'namespace',
    'input',
    'status',
    'caller',
    'async',
  ]),
  custom_tool_call_output: new Set([
    'type',
    'id',
    'call_id',
    'name',
    'namespace',
    'output',
    'status',
    'caller',
  ]),
}

/** How the ids of these items have to begin. */
const ID_PREFIX: Readonly<Record<string, string>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  custom_tool_call: 'ctc',
}

const INPUT_PARTS = new Set(['input_text', 'input_image', 'input_file'])
const OUTPUT_PARTS = new Set(['output_text', 'refusal'])
const PARTS_OF_ROLE: Readonly<Record<string, ReadonlySet<string>>> = {
  user: INPUT_PARTS,
  system: INPUT_PARTS,
  developer: INPUT_PARTS,
  assistant: OUTPUT_PARTS,
}

export function checkResponsesBody(body: JsonRecord, { report, sentCallIds }: CheckContext): void {
  checkFields(body, BODY_FIELDS, '', report)
  if (isFilledString(body.previous_response_id)) {
    report('field', 'previous_response_id', 'no response is stored here: send the whole conversation')
  }
  if (isRecord(body.text) && isRecord(body.text.format) && body.text.format.type === 'json_schema') {
    checkOutputFormat(body.text.format, 'text.format', report)
  }
  checkTools(body, report)

  const items = itemsOf(body, report)
  for (const placed of items) checkItem(placed, report)
  checkUniqueIds(
    items.map(({ item, at }) => ({ id: item.id, at: `${at}.id` })),
    report,
  )
  checkPairs(items.flatMap(pairedItem), report)
  checkReasoning(body, items, report)
  checkCustomCallsAreDeclared(body, items, sentCallIds, report)
}

function itemsOf({ input }: JsonRecord, report: Report): PlacedItem[] {
  if (isFilledString(input)) return []
  if (!Array.isArray(input)) report('input', 'input', 'input is a text or a list of items')
  return listOf(input).flatMap((item, index) => {
    const at = `input[${index}]`
    if (isRecord(item) && (isFilledString(item.type) || isFilledString(item.role))) return [{ item, at }]
    report('input', at, 'an item is an object with a type')
    return []
  })
}

function typeOf(item: JsonRecord): string {
  return isFilledString(item.type) ? item.type : 'message'
}

function checkItem({ item, at }: PlacedItem, report: Report): void {
  const type = typeOf(item)
  const fields = ITEM_FIELDS[type]
  if (fields !== undefined) checkFields(item, fields, `${at}.`, report)
  checkItemId(item, type, `${at}.id`, report)

  switch (type) {
    case 'message':
      checkMessage(item, at, report)
      break
    case 'reasoning':
      if (!Array.isArray(item.summary)) report('content', `${at}.summary`, 'a summary is a list of parts')
      break
    case 'function_call':
      checkToolName(item.name, at, report)
      if (typeof item.arguments !== 'string') report('call', `${at}.arguments`, 'arguments are JSON text')
      break
    case 'custom_tool_call':
      checkToolName(item.name, at, report)
      if (typeof item.input !== 'string')
        report('call', `${at}.input`, 'the input of a freeform call is text')
      break
    case 'function_call_output':
    case 'custom_tool_call_output':
      checkParts(item.output, INPUT_PARTS, `${at}.output`, report)
      break
  }
}

function checkItemId({ id }: JsonRecord, type: string, at: string, report: Report): void {
  if (id === undefined || id === null) return
  const prefix = ID_PREFIX[type] ?? ''
  if (typeof id !== 'string' || id.length > ID_LENGTH_MAX || !/^[\w-]+$/.test(id)) {
    report('id', at, `an id is 1 to ${ID_LENGTH_MAX} letters, digits, underscores or dashes`)
  } else if (!id.startsWith(prefix)) {
    report('id', at, `${JSON.stringify(id)} is no id of a ${type}: it has to begin with ${prefix}`)
  }
}

function checkMessage({ role, content }: JsonRecord, at: string, report: Report): void {
  const parts = PARTS_OF_ROLE[String(role)]
  if (parts === undefined) {
    report('role', `${at}.role`, `${JSON.stringify(role)} is no role: user, assistant, system or developer`)
  } else {
    checkParts(content, parts, `${at}.content`, report)
  }
}

function checkParts(content: unknown, allowed: ReadonlySet<string>, at: string, report: Report): void {
  if (typeof content === 'string') return
  if (!Array.isArray(content)) {
    report('content', at, 'content is a text or a list of parts')
    return
  }
  for (const [index, part] of content.entries()) {
    const place = `${at}[${index}]`
    if (!isRecord(part) || !isFilledString(part.type) || !allowed.has(part.type)) {
      report('content', place, `a part of type ${[...allowed].join(', ')} belongs here`)
    } else if (part.type.endsWith('_text') && typeof part.text !== 'string') {
      report('content', `${place}.text`, 'the text of a part is a string')
    }
  }
}

function checkFields(value: JsonRecord, known: ReadonlySet<string>, prefix: string, report: Report): void {
  for (const field of Object.keys(value)) {
    if (!known.has(field)) report('field', `${prefix}${field}`, 'there is no such field')
  }
}

function pairedItem({ item, at }: PlacedItem): PairedItem[] {
  const { call_id: callId, name } = item
  const idAt = `${at}.call_id`
  switch (item.type) {
    case 'function_call':
      return [{ role: 'call', kind: 'function', callId, name, at: idAt }]
    case 'custom_tool_call':
      return [{ role: 'call', kind: 'custom', callId, name, at: idAt }]
    case 'function_call_output':
      return [{ role: 'output', kind: 'function', callId, at: idAt }]
    case 'custom_tool_call_output':
      return [{ role: 'output', kind: 'custom', callId, at: idAt }]
    default:
      return []
  }
}

/**
 * Reasoning brings with it what it led to where the provider stores responses, and itself, encrypted, where it does not.
 *
 * Codex sends reasoning without a follower after a stream was cut, always with `store: false`.
 */
function checkReasoning(body: JsonRecord, items: readonly PlacedItem[], report: Report): void {
  for (const [index, { item, at }] of items.entries()) {
    if (item.type !== 'reasoning') continue
    if (body.store === false) {
      if (isFilledString(item.id) && !isFilledString(item.encrypted_content)) {
        report(
          'reasoning-is-encrypted',
          at,
          'without encrypted_content it cannot be found, for nothing is stored',
        )
      }
    } else if (!isLedTo(items[index + 1]?.item)) {
      report(
        'reasoning-has-follower',
        at,
        'a message of the assistant, a call or more reasoning has to follow',
      )
    }
  }
}

function isLedTo(item: JsonRecord | undefined): boolean {
  if (item === undefined) return false
  const type = typeOf(item)
  return type === 'message' ? item.role === 'assistant' : !type.endsWith('_output')
}

function checkTools(body: JsonRecord, report: Report): void {
  const tools = toolsOf(body, report)
  for (const { tool, at } of tools) {
    if (tool.type === 'function') checkFunctionTool(tool, at, report)
    if (tool.type === 'custom') checkCustomTool(tool, at, report)
  }
  checkUniqueNames(
    tools.map(({ tool, at }) => ({ name: tool.name, at: `${at}.name` })),
    report,
  )
}

function checkCustomCallsAreDeclared(
  body: JsonRecord,
  items: readonly PlacedItem[],
  sentCallIds: ReadonlySet<string>,
  report: Report,
): void {
  const tools = listOf(body.tools).filter(isRecord)
  if (tools.length === 0) return

  const declared = new Set(tools.filter(({ type }) => type === 'custom').map(({ name }) => name))
  for (const { item, at } of items) {
    if (item.type !== 'custom_tool_call' || declared.has(item.name)) continue
    // A script may well call a tool that does not exist; the client has to answer it all the same.
    if (typeof item.call_id === 'string' && sentCallIds.has(item.call_id)) continue
    report(
      'custom-call-declared',
      `${at}.name`,
      `${String(item.name)} is not among the custom tools of this request`,
    )
  }
}
