/** Tool calls of a Chat response, put together from their fragments. */

import type { CallItem } from '../../protocol/response-item.ts'
import { isRecord, type JsonRecord, parseRecord, stringOf } from '../json-record.ts'
import { type Maker, markOf } from '../maker.ts'
import type { ModelEvent } from '../model-client.ts'
import { makeId } from '../stream-decoder.ts'
import { withUnknownFields } from './kept-fields.ts'
import type { ChatProfile } from './profile.ts'

const KNOWN_FIELDS: ReadonlySet<string> = new Set(['index', 'id', 'type', 'function'])

export interface CallDrafts {
  /** Read one fragment of `delta.tool_calls`. */
  add(fragment: JsonRecord): ModelEvent[]
  /** The calls as far as they have come, in the order of their first fragments; one without a name is left out. */
  calls(): { readonly itemId: string; readonly item: CallItem }[]
  /** Whether a call has come that names no tool. */
  hasNameless(): boolean
}

interface Draft {
  readonly itemId: string
  /** As the server gave it; it may be missing. */
  readonly givenId: string
  readonly callId: string
  name: string
  isFreeText: boolean
  text: string
  fields: JsonRecord
}

/**
 * @param options.profile Says which fragments make one call, and what arguments may be.
 * @param options.callIdOf Gives a call the id that it keeps.
 * @param options.freeTextTools Names of the tools that were sent as functions with one `input`.
 */
export function createCallDrafts(options: {
  readonly callIdOf: (given: string | undefined) => string
  readonly freeTextTools: ReadonlySet<string>
  readonly maker: Maker
  readonly profile: ChatProfile
}): CallDrafts {
  const { profile } = options
  const drafts: Draft[] = []
  const byIndex = new Map<number, Draft>()

  /** The call that a fragment belongs to. */
  function draftOf(fragment: JsonRecord, name: string, text: string): Draft {
    const id = stringOf(fragment.id) ?? ''
    const index = typeof fragment.index === 'number' ? fragment.index : undefined
    const known = index === undefined ? drafts.at(-1) : byIndex.get(index)
    const isOpen =
      profile.callBoundary === 'index' || (known !== undefined && !isNextCall(known, id, name, text))
    if (known !== undefined && isOpen) return known
    const draft: Draft = {
      itemId: makeId(options.freeTextTools.has(name) ? 'ctc' : 'fc'),
      givenId: id,
      callId: options.callIdOf(id),
      name: '',
      isFreeText: false,
      text: '',
      fields: {},
    }
    drafts.push(draft)
    if (index !== undefined) byIndex.set(index, draft)
    return draft
  }

  return {
    add(fragment) {
      const call = isRecord(fragment.function) ? fragment.function : {}
      const name = stringOf(call.name) ?? ''
      const text = argumentsText(call.arguments, profile)
      const draft = draftOf(fragment, name, text)
      const events: ModelEvent[] = []
      draft.text += text
      draft.fields = withUnknownFields(draft.fields, fragment, KNOWN_FIELDS)
      if (draft.name === '' && name !== '') {
        draft.name = name
        draft.isFreeText = options.freeTextTools.has(name)
        events.push({ type: 'item.started', itemId: draft.itemId, item: announced(draft) })
      }
      // Of free text we are sent the JSON around it, which nobody wants to see grow.
      if (text !== '' && draft.name !== '' && !draft.isFreeText) {
        events.push({ type: 'delta', itemId: draft.itemId, kind: 'arguments', delta: text })
      }
      return events
    },
    calls: () =>
      drafts.flatMap((draft) =>
        draft.name === ''
          ? []
          : [{ itemId: draft.itemId, item: marked(callOf(draft), draft, options.maker) }],
      ),
    hasNameless: () => drafts.some((draft) => draft.name === ''),
  }
}

/**
 * Whether a fragment begins the call behind `known`, though it may have the same index.
 *
 * Servers exist that number every call 0, servers that leave the ids out, and servers that send a new id, or the name
 * again, with every fragment.
 */
function isNextCall(known: Draft, id: string, name: string, text: string): boolean {
  if (name === '') return false
  if (id !== '' && known.givenId !== '') return id !== known.givenId
  return known.name !== '' && (name !== known.name || (text !== '' && parseRecord(known.text) !== undefined))
}

function marked(item: CallItem, { fields }: Draft, maker: Maker): CallItem {
  return Object.keys(fields).length === 0 ? item : { ...item, providerData: markOf(maker, { fields }) }
}

function announced({ itemId, callId, name, isFreeText }: Draft): CallItem {
  return isFreeText
    ? { type: 'custom_tool_call', id: itemId, call_id: callId, name, input: '' }
    : { type: 'function_call', id: itemId, call_id: callId, name, arguments: '' }
}

function callOf({ itemId, callId, name, isFreeText, text }: Draft): CallItem {
  if (!isFreeText) {
    // Servers that leave the arguments out mean none, and some refuse to be sent the empty text back.
    const args = text === '' ? '{}' : text
    return { type: 'function_call', id: itemId, call_id: callId, name, arguments: args }
  }
  const input = stringOf(parseRecord(text)?.input)
  // What is no `{ input }` stays what the model wrote, for whoever answers the call to complain about.
  return input === undefined
    ? { type: 'function_call', call_id: callId, name, arguments: text }
    : { type: 'custom_tool_call', id: itemId, call_id: callId, name, input }
}

function argumentsText(value: unknown, { objectArguments }: ChatProfile): string {
  if (typeof value === 'string') return value
  return objectArguments && isRecord(value) ? JSON.stringify(value) : ''
}
