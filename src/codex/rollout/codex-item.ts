/** An item of ours as Codex keeps it, and back. */

import { isRecord, type JsonRecord } from '../../model/json-record.ts'
import { markOf } from '../../model/maker.ts'
import {
  type ContentItem,
  type OtherItem,
  ProviderData,
  ResponseItem,
  type ToolOutput,
} from '../../protocol/response-item.ts'

/** Who made the items that are read: what is private goes back to them alone. */
export interface ItemMaker {
  readonly provider: string
  readonly model: string
}

export type ReadItem =
  | { readonly item: ResponseItem }
  /** One that Codex keeps and sends to no model. */
  | { readonly unsent: string }
  /** In words that fit after "line 7: ". */
  | { readonly problem: string }

/** Codex's own notes about an item; no model is sent them. */
const NOTES = 'internal_chat_message_metadata_passthrough'
/** Types of items that Codex keeps, or once kept, and sends to no model. */
const UNSENT = new Set(['ghost_snapshot', 'compaction_trigger', 'other'])

/**
 * The payload of a `response_item` line, its fields in Codex's order.
 *
 * @returns Null for what is private to a provider of another wire API: Codex would send it where nobody can read it.
 */
export function toCodexItem(item: ResponseItem): JsonRecord | null {
  if (!isForCodex(item)) return null
  const asItCame = keptRaw(item)
  if (asItCame !== undefined) return asItCame
  const head = { type: item.type, ...(item.id === undefined ? {} : { id: item.id }) }
  switch (item.type) {
    case 'message':
      return {
        ...head,
        role: item.role,
        content: item.content.map(toCodexContent),
        ...(item.phase === undefined ? {} : { phase: item.phase }),
      }
    case 'reasoning':
      return {
        ...head,
        summary: item.summary,
        content: item.content ?? null,
        ...(item.encrypted_content === undefined ? {} : { encrypted_content: item.encrypted_content }),
      }
    case 'function_call':
      return {
        ...head,
        name: item.name,
        ...(item.namespace === undefined ? {} : { namespace: item.namespace }),
        arguments: item.arguments,
        call_id: item.call_id,
      }
    case 'custom_tool_call':
      return { ...head, call_id: item.call_id, name: item.name, input: item.input }
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { ...head, call_id: item.call_id, output: toCodexOutput(item.output) }
    case 'web_search_call':
      return {
        ...head,
        ...(item.status === undefined ? {} : { status: item.status }),
        ...(item.action === undefined ? {} : { action: item.action }),
      }
    case 'other':
      return item.raw
  }
}

/** What of an item Codex has no field for; undefined where that is nothing. */
export function oursOf(item: ResponseItem): JsonRecord | undefined {
  const { agentId, turnId, providerData } = item
  const success = 'success' in item ? item.success : undefined
  const isPrivate = item.type === 'reasoning' || item.type === 'other'
  const ours = {
    ...(agentId === undefined ? {} : { agentId }),
    ...(turnId === undefined ? {} : { turnId }),
    ...(success === undefined ? {} : { success }),
    // Null says that nobody marked it; without a word it would be taken for a thing of the file's provider.
    ...(providerData === undefined
      ? isPrivate && { providerData: null }
      : { providerData: withoutRaw(providerData) }),
  }
  return Object.keys(ours).length === 0 ? undefined : ours
}

/**
 * Read the payload of a `response_item` line, or a piece of a `compacted` one.
 *
 * What our items cannot hold without loss is kept verbatim: with the item, or, where ours is none of that shape, as an
 * item of an unknown type.
 *
 * @param turnId The turn that it stands in, unless it says so itself.
 * @param ours What stands beside it in a file that we wrote.
 */
export function readCodexItem(
  payload: JsonRecord,
  maker: ItemMaker,
  turnId: string | undefined,
  ours: JsonRecord = {},
): ReadItem {
  const { [NOTES]: notes, ...raw } = payload
  const { type } = raw
  if (typeof type !== 'string') return { problem: 'the item has no type' }
  if (UNSENT.has(type) || (type === 'message' && raw.role === 'system')) {
    return { unsent: type === 'message' ? 'system message' : type }
  }
  const shape = SHAPES[type]
  if (shape !== undefined && !shape(raw)) return { problem: `the ${type} lacks what one must have` }

  const noted = isRecord(notes) && typeof notes.turn_id === 'string' ? notes.turn_id : turnId
  const item = shape === undefined ? verbatim({ ...raw, type }, maker) : knownItem({ ...raw, type }, maker)
  return withOurs({ ...item, ...(noted === undefined ? {} : { turnId: noted }) }, ours)
}

/** The very payload as an item that only its maker is sent. */
export function verbatim(raw: OtherItem['raw'], maker: ItemMaker): OtherItem {
  const id = typeof raw.id === 'string' && raw.id !== '' ? { id: raw.id } : {}
  return { type: 'other', raw, ...id, providerData: markOf({ ...maker, wireApi: 'responses' }) }
}

function knownItem(raw: OtherItem['raw'], maker: ItemMaker): ResponseItem {
  // Codex writes null where we write nothing; and names that are ours mean nothing in its files.
  const { turnId: _turnId, agentId: _agentId, providerData: _providerData, ...theirs } = raw
  const present = Object.fromEntries(
    Object.entries(theirs).filter(([name, value]) => value !== null || name === 'encrypted_content'),
  )
  const read = ResponseItem.safeParse(present)
  if (!read.success) return verbatim(raw, maker)

  const isWhole = JSON.stringify(toCodexItem(read.data)) === JSON.stringify(raw)
  if (isWhole && read.data.type !== 'reasoning') return read.data
  const mark = markOf({ ...maker, wireApi: 'responses' }, isWhole ? {} : { raw })
  return { ...read.data, providerData: mark }
}

function withOurs(item: ResponseItem, ours: JsonRecord): ReadItem {
  const { agentId, turnId, success, providerData } = ours
  const marked = providerData == null ? undefined : ProviderData.safeParse(providerData).data
  const isOdd =
    (providerData != null && marked === undefined) ||
    [agentId, turnId].some((text) => text !== undefined && typeof text !== 'string')
  if (isOdd) return { problem: 'what stands under codex_ts is not what was written there' }

  const raw = keptRaw(item)
  const { providerData: made, ...rest } = item
  const mark = providerData === undefined ? made : marked && withRaw(marked, raw)
  return {
    item: {
      ...rest,
      ...(typeof agentId === 'string' && { agentId }),
      ...(typeof turnId === 'string' && { turnId }),
      ...(typeof success === 'boolean' && 'call_id' in item && { success }),
      ...(mark === undefined ? {} : { providerData: mark }),
    },
  }
}

/** The least that makes an item of a type we know one of that type. */
const SHAPES: Readonly<Record<string, (raw: JsonRecord) => boolean>> = {
  message: ({ role, content }) => typeof role === 'string' && isPartList(content),
  reasoning: ({ summary }) => isPartList(summary),
  function_call: (raw) => hasTexts(raw, 'call_id', 'name', 'arguments'),
  custom_tool_call: (raw) => hasTexts(raw, 'call_id', 'name', 'input'),
  function_call_output: isOutput,
  custom_tool_call_output: isOutput,
  web_search_call: () => true,
}

function isOutput(raw: JsonRecord): boolean {
  return hasTexts(raw, 'call_id') && (typeof raw.output === 'string' || isPartList(raw.output))
}

function isPartList(value: unknown): boolean {
  return Array.isArray(value) && value.every((part) => isRecord(part) && typeof part.type === 'string')
}

function hasTexts(raw: JsonRecord, ...names: readonly string[]): boolean {
  return names.every((name) => typeof raw[name] === 'string')
}

function isForCodex(item: ResponseItem): boolean {
  if (item.type !== 'reasoning' && item.type !== 'other') return true
  const made = item.providerData
  return made === undefined || (isRecord(made.data) && made.data.wireApi === 'responses')
}

/** The payload of an item that ours does not hold whole. */
function keptRaw({ providerData }: ResponseItem): JsonRecord | undefined {
  const raw = isRecord(providerData?.data) ? providerData.data.raw : undefined
  return isRecord(raw) && typeof raw.type === 'string' ? raw : undefined
}

function withoutRaw(mark: ProviderData): ProviderData {
  if (!isRecord(mark.data)) return mark
  const { raw: _raw, ...data } = mark.data
  return { ...mark, data }
}

function withRaw(mark: ProviderData, raw: JsonRecord | undefined): ProviderData {
  return raw === undefined || !isRecord(mark.data) ? mark : { ...mark, data: { ...mark.data, raw } }
}

function toCodexContent(part: ContentItem): JsonRecord {
  if (part.type !== 'input_image') return { type: part.type, text: part.text }
  const { type, image_url, detail } = part
  return { type, image_url, ...(detail === undefined ? {} : { detail }) }
}

function toCodexOutput(output: ToolOutput): string | JsonRecord[] {
  return typeof output === 'string' ? output : output.map(toCodexContent)
}
