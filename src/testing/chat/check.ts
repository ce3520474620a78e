/** What the Chat Completions API refuses in a request. */

import { checkPairs, type PairedItem } from '../call-rules.ts'
import { isFilledString, isRecord, type JsonRecord, listOf } from '../json.ts'
import type { Report } from '../rules.ts'
import { checkOutputFormat } from '../schema-rules.ts'
import {
  checkCustomTool,
  checkFunctionTool,
  checkToolName,
  checkUniqueNames,
  toolsOf,
} from '../tool-rules.ts'
import type { CheckContext } from '../wire.ts'

interface PlacedMessage {
  readonly message: JsonRecord
  readonly at: string
}

/** OpenAI's fields of a message, and those that the servers which imitate it take back. */
const MESSAGE_FIELDS = new Set([
  ...[
    'role',
    'content',
    'name',
    'refusal',
    'audio',
    'tool_calls',
    'tool_call_id',
    'annotations',
    'cache_control',
  ],
  ...['reasoning', 'reasoning_details', 'reasoning_content', 'images', 'extra_content'],
])

const TEXT_PARTS = new Set(['text'])
const PARTS_OF_ROLE: Readonly<Record<string, ReadonlySet<string>>> = {
  system: TEXT_PARTS,
  developer: TEXT_PARTS,
  user: new Set(['text', 'image_url', 'input_audio', 'file']),
  assistant: new Set(['text', 'refusal']),
  tool: TEXT_PARTS,
}

export function checkChatBody(body: JsonRecord, { report, sentCallIds }: CheckContext): void {
  const format = body.response_format
  if (isRecord(format) && format.type === 'json_schema') {
    checkOutputFormat(
      isRecord(format.json_schema) ? format.json_schema : {},
      'response_format.json_schema',
      report,
    )
  }
  checkTools(body, report)

  const messages = messagesOf(body, report)
  for (const placed of messages) checkMessage(placed, report)
  checkPairs(messages.flatMap(pairedItems), report)
  checkToolMessagesFollow(messages, report)
  checkCustomCallsAreDeclared(body, messages, sentCallIds, report)
}

function messagesOf({ messages }: JsonRecord, report: Report): PlacedMessage[] {
  if (!Array.isArray(messages) || messages.length === 0) {
    report('input', 'messages', 'messages is a list of at least one message')
  }
  return listOf(messages).flatMap((message, index) => {
    const at = `messages[${index}]`
    if (isRecord(message)) return [{ message, at }]
    report('input', at, 'a message is an object')
    return []
  })
}

function checkMessage({ message, at }: PlacedMessage, report: Report): void {
  for (const field of Object.keys(message)) {
    if (!MESSAGE_FIELDS.has(field)) report('field', `${at}.${field}`, 'there is no such field')
  }
  const { role, tool_calls: calls } = message
  const parts = PARTS_OF_ROLE[String(role)]
  if (parts === undefined) {
    report(
      'role',
      `${at}.role`,
      `${JSON.stringify(role)} is no role: system, developer, user, assistant or tool`,
    )
    return
  }

  const mayBeEmpty = role === 'assistant' && Array.isArray(calls)
  if (!(mayBeEmpty && (message.content === null || message.content === undefined))) {
    checkContent(message.content, parts, `${at}.content`, report)
  }
  if (calls !== undefined) checkCalls(role, calls, `${at}.tool_calls`, report)
}

function checkContent(content: unknown, allowed: ReadonlySet<string>, at: string, report: Report): void {
  if (typeof content === 'string') return
  if (!Array.isArray(content)) {
    report('content', at, 'content is a text or a list of parts')
    return
  }
  for (const [index, part] of content.entries()) {
    if (!isRecord(part) || !isFilledString(part.type) || !allowed.has(part.type)) {
      report('content', `${at}[${index}]`, `a part of type ${[...allowed].join(', ')} belongs here`)
    } else if (part.type === 'text' && typeof part.text !== 'string') {
      report('content', `${at}[${index}].text`, 'the text of a part is a string')
    }
  }
}

function checkCalls(role: unknown, calls: unknown, at: string, report: Report): void {
  if (role !== 'assistant') report('role', at, 'only the assistant calls tools')
  if (!Array.isArray(calls) || calls.length === 0) {
    report('call', at, 'tool_calls is a list of at least one call, or left out')
  }
  for (const [index, call] of listOf(calls).entries()) checkCall(call, `${at}[${index}]`, report)
}

function checkCall(call: unknown, at: string, report: Report): void {
  if (isRecord(call) && call.type === 'function' && isRecord(call.function)) {
    checkToolName(call.function.name, `${at}.function`, report)
    if (typeof call.function.arguments !== 'string') {
      report('call', `${at}.function.arguments`, 'arguments are JSON text')
    }
  } else if (isRecord(call) && call.type === 'custom' && isRecord(call.custom)) {
    checkToolName(call.custom.name, `${at}.custom`, report)
    if (typeof call.custom.input !== 'string') {
      report('call', `${at}.custom.input`, 'the input of a freeform call is text')
    }
  } else {
    report('call', at, 'a call has the type function or custom, and a field of that name')
  }
}

/** A `tool` message does not say which kind of call it answers, so all are one kind here. */
function pairedItems({ message, at }: PlacedMessage): PairedItem[] {
  if (message.role === 'tool') {
    return [{ role: 'output', kind: 'function', callId: message.tool_call_id, at: `${at}.tool_call_id` }]
  }
  return callsOf({ message, at }).map(({ call, at: callAt }) => ({
    role: 'call',
    kind: 'function',
    callId: call.id,
    name: isRecord(call.function) ? call.function.name : isRecord(call.custom) ? call.custom.name : undefined,
    at: `${callAt}.id`,
  }))
}

function callsOf({ message, at }: PlacedMessage): { call: JsonRecord; at: string }[] {
  return listOf(message.tool_calls).flatMap((call, index) =>
    isRecord(call) ? [{ call, at: `${at}.tool_calls[${index}]` }] : [],
  )
}

/** The outputs of a message's calls stand right behind it, before any other message. */
function checkToolMessagesFollow(messages: readonly PlacedMessage[], report: Report): void {
  let callIds = new Set<unknown>()
  for (const placed of messages) {
    if (placed.message.role !== 'tool') {
      callIds = new Set(callsOf(placed).map(({ call }) => call.id))
    } else if (!callIds.has(placed.message.tool_call_id)) {
      report('output-after-call', placed.at, 'a tool message follows the message whose tool_calls it answers')
    }
  }
}

function checkTools(body: JsonRecord, report: Report): void {
  const tools = toolsOf(body, report)
  const named = tools.map(({ tool, at }) => {
    const declared =
      tool.type === 'function' ? tool.function : tool.type === 'custom' ? tool.custom : undefined
    const place = `${at}.${String(tool.type)}`
    if (!isRecord(declared)) {
      report('tool', at, 'a tool has the type function or custom, and a field of that name')
      return { name: undefined, at: place }
    }
    if (tool.type === 'function') checkFunctionTool(declared, place, report)
    else checkCustomTool(declared, place, report)
    return { name: declared.name, at: `${place}.name` }
  })
  checkUniqueNames(named, report)
}

function checkCustomCallsAreDeclared(
  body: JsonRecord,
  messages: readonly PlacedMessage[],
  sentCallIds: ReadonlySet<string>,
  report: Report,
): void {
  const tools = listOf(body.tools).filter(isRecord)
  if (tools.length === 0) return

  const declared = new Set(tools.map(({ custom }) => (isRecord(custom) ? custom.name : undefined)))
  for (const { call, at } of messages.flatMap(callsOf)) {
    if (!isRecord(call.custom) || declared.has(call.custom.name)) continue
    // A script may well call a tool that does not exist; the client has to answer it all the same.
    if (typeof call.id === 'string' && sentCallIds.has(call.id)) continue
    report(
      'custom-call-declared',
      `${at}.custom.name`,
      `${String(call.custom.name)} is not among the custom tools`,
    )
  }
}
