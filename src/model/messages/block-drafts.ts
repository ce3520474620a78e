/** The blocks of a Messages response, put together from their fragments. */

import type { ResponseItem } from '../../protocol/response-item.ts'
import { MalformedStreamError } from '../errors.ts'
import { isRecord, type JsonRecord, parseRecord, stringOf } from '../json-record.ts'
import { type Maker, markOf } from '../maker.ts'
import type { ModelEvent } from '../model-client.ts'
import { type DecodeContext, makeId, uniqueCallIds } from '../stream-decoder.ts'
import { namesOf } from './names.ts'
import type { Block, BlockData } from './wire.ts'

/** A block that began. */
export interface BlockDraft {
  /** The first event of its item, for blocks that show at once. */
  start(): ModelEvent[]
  /** Read one `delta`. */
  add(delta: JsonRecord): ModelEvent[]
  /** Half a call can look whole, so a call is not done before something has come behind it. */
  readonly isCall: boolean
  readonly itemId: string
  /** The item as far as it has come; null when there is nothing of it. */
  item(): ResponseItem | null
}

/** @throws {MalformedStreamError} A call that names no tool. */
export type BlockReader = (block: JsonRecord) => BlockDraft

/** A reader for the blocks of one response. */
export function createBlockReader({ provider, requestId, request }: DecodeContext): BlockReader {
  const maker: Maker = { provider, model: request.model, wireApi: 'messages' }
  const callIdOf = uniqueCallIds(request.input)
  const tools = namesOf(request.tools)
  const keep = (block: Block) => {
    const data: BlockData = { block }
    return markOf(maker, { ...data })
  }

  function textDraft(block: JsonRecord): BlockDraft {
    const itemId = makeId('msg')
    let text = ''
    const push = (delta: string): ModelEvent[] => {
      if (delta === '') return []
      const events: ModelEvent[] = []
      if (text === '') {
        const item: ResponseItem = { type: 'message', id: itemId, role: 'assistant', content: [] }
        events.push({ type: 'item.started', itemId, item })
      }
      text += delta
      events.push({ type: 'delta', itemId, kind: 'text', delta })
      return events
    }
    return {
      itemId,
      isCall: false,
      start: () => push(stringOf(block.text) ?? ''),
      add: (delta) => push(stringOf(delta.text) ?? ''),
      item: () =>
        text === ''
          ? null
          : { type: 'message', id: itemId, role: 'assistant', content: [{ type: 'output_text', text }] },
    }
  }

  function thinkingDraft(block: JsonRecord): BlockDraft {
    const itemId = makeId('rs')
    let thinking = ''
    let signature = ''
    const push = (delta: JsonRecord): ModelEvent[] => {
      const text = stringOf(delta.thinking) ?? ''
      thinking += text
      signature += stringOf(delta.signature) ?? ''
      return text === '' ? [] : [{ type: 'delta', itemId, kind: 'reasoning', delta: text }]
    }
    return {
      itemId,
      isCall: false,
      start: () => [
        { type: 'item.started', itemId, item: { type: 'reasoning', id: itemId, summary: [] } },
        ...push(block),
      ],
      add: push,
      item: () => ({
        type: 'reasoning',
        id: itemId,
        summary: thinking === '' ? [] : [{ type: 'summary_text', text: thinking }],
        providerData: keep({ type: 'thinking', thinking, signature }),
      }),
    }
  }

  function redactedDraft(block: JsonRecord): BlockDraft {
    const itemId = makeId('rs')
    const item: ResponseItem = {
      type: 'reasoning',
      id: itemId,
      summary: [],
      providerData: keep({ type: 'redacted_thinking', data: stringOf(block.data) ?? '' }),
    }
    return {
      itemId,
      isCall: false,
      start: () => [{ type: 'item.started', itemId, item: { type: 'reasoning', id: itemId, summary: [] } }],
      add: () => [],
      item: () => item,
    }
  }

  function callDraft(block: JsonRecord): BlockDraft {
    const wireName = stringOf(block.name) ?? ''
    if (wireName === '') {
      const facts = { provider, requestId }
      throw new MalformedStreamError(`${provider} sent a tool call that names no tool.`, facts)
    }
    const tool = tools.get(wireName)
    const name = tool?.name ?? wireName
    const isFreeText = tool?.type === 'custom'
    const itemId = makeId(isFreeText ? 'ctc' : 'fc')
    const call_id = callIdOf(stringOf(block.id))
    let text = ''
    const written = () => textOfInput(text, block.input)

    const item = (): ResponseItem => {
      const args = written()
      const input = isFreeText ? stringOf(parseRecord(args)?.input) : undefined
      // What is no `{ input }` stays what the model wrote, for whoever answers the call to complain about.
      if (isFreeText && input === undefined) return { type: 'function_call', call_id, name, arguments: args }
      return input === undefined
        ? { type: 'function_call', id: itemId, call_id, name, arguments: args }
        : { type: 'custom_tool_call', id: itemId, call_id, name, input }
    }
    return {
      itemId,
      isCall: true,
      start: () => {
        const announced: ResponseItem = isFreeText
          ? { type: 'custom_tool_call', id: itemId, call_id, name, input: '' }
          : { type: 'function_call', id: itemId, call_id, name, arguments: '' }
        return [{ type: 'item.started', itemId, item: announced }]
      },
      add: (delta) => {
        const piece = stringOf(delta.partial_json) ?? ''
        text += piece
        // Of free text we are sent the JSON around it, which nobody wants to see grow.
        return piece === '' || isFreeText ? [] : [{ type: 'delta', itemId, kind: 'arguments', delta: piece }]
      },
      item,
    }
  }

  /** A block that we only carry back, such as a search of the provider's own. */
  function otherDraft(block: JsonRecord, type: string): BlockDraft {
    const itemId = makeId('item')
    let text = ''
    const item = (): ResponseItem => {
      const input = text === '' ? {} : { input: parseRecord(text) ?? {} }
      const raw = { ...block, type, ...input }
      return { type: 'other', id: itemId, raw, providerData: keep(raw) }
    }
    return {
      itemId,
      isCall: false,
      start: () => [],
      add: (delta) => {
        text += stringOf(delta.partial_json) ?? ''
        return []
      },
      item,
    }
  }

  return (block) => {
    const type = stringOf(block.type) ?? 'text'
    switch (type) {
      case 'text':
        return textDraft(block)
      case 'thinking':
        return thinkingDraft(block)
      case 'redacted_thinking':
        return redactedDraft(block)
      case 'tool_use':
        return callDraft(block)
      default:
        return otherDraft(block, type)
    }
  }
}

/** Arguments come in fragments, or whole in the block's first event from servers that do not stream them. */
function textOfInput(text: string, input: unknown): string {
  if (text !== '') return text
  return isRecord(input) ? JSON.stringify(input) : '{}'
}
