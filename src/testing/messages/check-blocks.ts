/** The rules for the blocks of a message, each looked at alone. */

import { isFilledString, isRecord, type JsonRecord, listOf } from '../json.ts'
import type { Report } from '../rules.ts'
import { blocksOf, type PlacedBlock, type Turn } from './messages.ts'

const MEDIA_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp'])

const ID = /^[a-zA-Z0-9_-]+$/
const NAME = /^[a-zA-Z0-9_-]{1,128}$/

/** What each role may say; the assistant's blocks of the provider's own tools are told by their ending. */
const USER_TYPES = new Set(['text', 'image', 'document', 'search_result', 'tool_result', 'container_upload'])
const ASSISTANT_TYPES = new Set(['text', 'thinking', 'redacted_thinking', 'tool_use', 'server_tool_use'])
const RESULT_TYPES = new Set(['text', 'image', 'document', 'search_result', 'tool_reference'])

const FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  text: new Set(['type', 'text', 'cache_control', 'citations']),
  image: new Set(['type', 'source', 'cache_control', 'transformations']),
  thinking: new Set(['type', 'thinking', 'signature']),
  redacted_thinking: new Set(['type', 'data']),
  tool_use: new Set(['type', 'id', 'name', 'input', 'cache_control', 'caller', 'toolset_name']),
  tool_result: new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control', 'toolset_name']),
}

export function checkBlocks({ role, at, blocks }: Turn, isFirstVersion: boolean, report: Report): void {
  if (blocks.length === 0) report('content', `${at}.content`, 'a message has at least one block')
  for (const placed of blocks) {
    const type = String(placed.block.type)
    const belongs = role === 'user' ? USER_TYPES.has(type) : isOfAssistant(type, isFirstVersion)
    if (belongs) checkBlock(placed, role, isFirstVersion, report)
    else report('content', placed.at, `a block of type ${type} does not belong to the ${role}`)
  }
}

function isOfAssistant(type: string, isFirstVersion: boolean): boolean {
  if (type === 'document') return isFirstVersion
  return ASSISTANT_TYPES.has(type) || type.endsWith('_tool_result')
}

function checkBlock(
  { block, at }: PlacedBlock,
  role: Turn['role'],
  isFirstVersion: boolean,
  report: Report,
): void {
  const fields = FIELDS[String(block.type)]
  for (const field of Object.keys(block)) {
    if (fields?.has(field) === false) report('field', `${at}.${field}`, 'there is no such field')
  }
  switch (block.type) {
    case 'text':
      checkText(block, at, report)
      if (role === 'user' && !isFirstVersion && listOf(block.citations).length > 0) {
        report('content', `${at}.citations`, 'the text of a user has no citations')
      }
      break
    case 'image':
      checkImage(block, at, report)
      break
    case 'tool_use':
      checkCall(block, at, report)
      break
    case 'tool_result':
      checkResult(block, at, report)
      break
    case 'thinking':
      if (typeof block.thinking !== 'string') report('thinking', `${at}.thinking`, 'thinking is a text')
      if (!isFilledString(block.signature)) report('thinking', `${at}.signature`, 'thinking has to be signed')
      break
    case 'redacted_thinking':
      if (!isFilledString(block.data)) report('thinking', `${at}.data`, 'redacted thinking has its data')
      break
  }
}

function checkText({ text }: JsonRecord, at: string, report: Report): void {
  if (typeof text !== 'string' || text.trim() === '') {
    report('content', `${at}.text`, 'a text block is a text that is not empty')
  }
}

function checkImage({ source }: JsonRecord, at: string, report: Report): void {
  const place = `${at}.source`
  if (!isRecord(source)) {
    report('content', place, 'an image has a source')
  } else if (source.type === 'base64') {
    if (!MEDIA_TYPES.has(String(source.media_type))) {
      report('content', `${place}.media_type`, `an image is one of ${[...MEDIA_TYPES].join(', ')}`)
    }
    if (!isFilledString(source.data) || !/^[A-Za-z0-9+/]+={0,2}$/.test(source.data)) {
      report('content', `${place}.data`, 'the data of an image is base64')
    }
  } else if (source.type === 'url') {
    if (!/^https?:/.test(String(source.url)))
      report('content', `${place}.url`, 'an image has an http address')
  } else if (source.type !== 'file') {
    report('content', `${place}.type`, 'a source is base64, url or file')
  }
}

function checkCall({ id, name, input }: JsonRecord, at: string, report: Report): void {
  if (typeof id !== 'string' || !ID.test(id)) {
    report('id', `${at}.id`, `the id of a call has to match ${ID.source}`)
  }
  if (typeof name !== 'string' || !NAME.test(name)) {
    report('tool', `${at}.name`, `${JSON.stringify(name)} is no tool name: it has to match ${NAME.source}`)
  }
  if (!isRecord(input)) report('call', `${at}.input`, 'the input of a call is an object')
}

function checkResult(block: JsonRecord, at: string, report: Report): void {
  if (typeof block.tool_use_id !== 'string' || !ID.test(block.tool_use_id)) {
    report('id', `${at}.tool_use_id`, `the id of a call has to match ${ID.source}`)
  }
  if (block.is_error !== undefined && typeof block.is_error !== 'boolean') {
    report('content', `${at}.is_error`, 'is_error is true or false')
  }
  if (block.content === undefined || typeof block.content === 'string') return
  for (const inner of blocksOf(block.content, `${at}.content`, report)) {
    if (!RESULT_TYPES.has(String(inner.block.type))) {
      report('content', inner.at, `a block of type ${String(inner.block.type)} does not belong to a result`)
    } else if (inner.block.type === 'text') {
      checkText(inner.block, inner.at, report)
    } else if (inner.block.type === 'image') {
      checkImage(inner.block, inner.at, report)
    }
  }
}
