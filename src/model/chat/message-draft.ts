/** The one message that a Chat response is, put together from its fragments. */

import type { ResponseItem } from '../../protocol/response-item.ts'
import { isRecord, type JsonRecord, stringOf } from '../json-record.ts'
import { type Maker, markOf } from '../maker.ts'
import type { ModelEvent } from '../model-client.ts'
import { type DecodeContext, makeId, uniqueCallIds } from '../stream-decoder.ts'
import { createCallDrafts } from './call-drafts.ts'
import { withUnknownFields } from './kept-fields.ts'
import type { ChatProfile } from './profile.ts'
import { REASONING_FIELDS, type ReasoningData } from './wire.ts'

const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  ...['role', 'content', 'refusal', 'tool_calls', 'function_call'],
  ...['reasoning_details', ...REASONING_FIELDS],
])

export interface FinishedItem {
  readonly itemId: string
  readonly item: ResponseItem
}

export interface MessageDraft {
  /** Read one `delta`, or the whole `message` that some servers send in its place. */
  add(delta: JsonRecord): ModelEvent[]
  /** What the model thought and said so far: up to one reasoning item and one message. */
  speech(): FinishedItem[]
  calls(): FinishedItem[]
  hasNamelessCall(): boolean
}

interface TextDraft {
  readonly itemId: string
  text: string
}

export function createMessageDraft({ provider, request }: DecodeContext, profile: ChatProfile): MessageDraft {
  const maker: Maker = { provider, model: request.model, wireApi: 'chat' }
  const customTools = request.tools.filter((tool) => tool.type === 'custom')
  const calls = createCallDrafts({
    callIdOf: uniqueCallIds(request.input),
    freeTextTools: new Set(customTools.map((tool) => tool.name)),
    maker,
    profile,
  })
  let reasoning: (TextDraft & { field: ReasoningData['field']; details: JsonRecord[] }) | null = null
  let message: TextDraft | null = null
  let fields: JsonRecord = {}

  function addReasoning(delta: JsonRecord, events: ModelEvent[]): void {
    const field = profile.reasoningFields.find((name) => textIn(delta[name]) !== '')
    const listed = profile.reasoningDetails ? delta.reasoning_details : undefined
    const details = Array.isArray(listed) ? listed.filter(isRecord) : []
    if (field === undefined && details.length === 0) return
    if (reasoning === null) {
      reasoning = { itemId: makeId('rs'), text: '', field: field ?? 'reasoning', details: [] }
      const item: ResponseItem = { type: 'reasoning', id: reasoning.itemId, summary: [] }
      events.push({ type: 'item.started', itemId: reasoning.itemId, item })
    }
    for (const detail of details) addDetail(reasoning.details, detail)
    if (field === undefined) return
    const text = textIn(delta[field])
    reasoning.text += text
    reasoning.field = field
    events.push({ type: 'delta', itemId: reasoning.itemId, kind: 'reasoning', delta: text })
  }

  function addText(text: string, events: ModelEvent[]): void {
    if (message === null) {
      message = { itemId: makeId('msg'), text: '' }
      const item: ResponseItem = { type: 'message', id: message.itemId, role: 'assistant', content: [] }
      events.push({ type: 'item.started', itemId: message.itemId, item })
    }
    message.text += text
    events.push({ type: 'delta', itemId: message.itemId, kind: 'text', delta: text })
  }

  return {
    add(delta) {
      const events: ModelEvent[] = []
      addReasoning(delta, events)
      fields = withUnknownFields(fields, delta, KNOWN_FIELDS)
      const text = textIn(delta.content) || textIn(delta.refusal)
      if (text !== '') addText(text, events)
      if (Array.isArray(delta.tool_calls)) {
        for (const fragment of delta.tool_calls) if (isRecord(fragment)) events.push(...calls.add(fragment))
      }
      return events
    },
    speech() {
      const items: FinishedItem[] = []
      if (reasoning !== null) {
        const { itemId, text, field, details } = reasoning
        const data: ReasoningData = { field, ...(details.length === 0 ? {} : { details }) }
        const item: ResponseItem = {
          type: 'reasoning',
          id: itemId,
          summary: [],
          ...(text === '' ? {} : { content: [{ type: 'reasoning_text', text }] }),
          providerData: markOf(maker, { ...data }),
        }
        items.push({ itemId, item })
      }
      if (message !== null) {
        const { itemId, text } = message
        const content = [{ type: 'output_text' as const, text }]
        const mark = Object.keys(fields).length === 0 ? {} : { providerData: markOf(maker, { fields }) }
        items.push({ itemId, item: { type: 'message', id: itemId, role: 'assistant', content, ...mark } })
      }
      return items
    },
    calls: () => calls.calls(),
    hasNamelessCall: () => calls.hasNameless(),
  }
}

/**
 * One of OpenRouter's `reasoning_details`: fragments of the same detail are joined, so that what goes back is what the
 * server would have sent in one piece.
 */
function addDetail(details: JsonRecord[], fragment: JsonRecord): void {
  const last = details.at(-1)
  const isSame =
    last !== undefined &&
    last.type === fragment.type &&
    fragment.index !== undefined &&
    last.index === fragment.index
  if (!isSame) {
    details.push(fragment)
    return
  }
  const joined: Record<string, unknown> = { ...last }
  for (const [field, value] of Object.entries(fragment)) {
    const isText = field === 'text' || field === 'summary' || field === 'data'
    if (isText) joined[field] = (stringOf(last[field]) ?? '') + (stringOf(value) ?? '')
    else if (value !== null && value !== undefined) joined[field] = value
  }
  details[details.length - 1] = joined
}

/** Text as it is, in parts, or in an object with `text` or `content`. */
function textIn(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(textIn).join('')
  return isRecord(value) ? textIn(value.text ?? value.content) : ''
}
