/** Tool calls of a Chat response, put together from their fragments. */

import type { CallItem } from '../../protocol/response-item.ts'
import { isRecord, type JsonRecord, parseRecord, stringOf } from '../json-record.ts'
import type { ModelEvent } from '../model-client.ts'
import { makeId } from '../stream-decoder.ts'

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
}

/**
 * @param options.callIdOf Gives a call the id that it keeps.
 * @param options.freeTextTools Names of the tools that were sent as functions with one `input`.
 */
export function createCallDrafts(options: {
  readonly callIdOf: (given: string | undefined) => string
  readonly freeTextTools: ReadonlySet<string>
}): CallDrafts {
  const drafts: Draft[] = []
  const byIndex = new Map<number, Draft>()

  /**
   * The call that a fragment belongs to. Servers exist that number every call 0, and servers that send a new id with
   * every fragment; only a fragment with a new id *and* a name begins a call.
   */
  function draftOf(fragment: JsonRecord, name: string): Draft {
    const id = stringOf(fragment.id) ?? ''
    const index = typeof fragment.index === 'number' ? fragment.index : undefined
    const known = index === undefined ? drafts.at(-1) : byIndex.get(index)
    const isNew = known === undefined || (name !== '' && id !== '' && id !== known.givenId)
    if (!isNew) return known
    const draft: Draft = {
      itemId: makeId(options.freeTextTools.has(name) ? 'ctc' : 'fc'),
      givenId: id,
      callId: options.callIdOf(id),
      name: '',
      isFreeText: false,
      text: '',
    }
    drafts.push(draft)
    if (index !== undefined) byIndex.set(index, draft)
    return draft
  }

  return {
    add(fragment) {
      const call = isRecord(fragment.function) ? fragment.function : {}
      const name = stringOf(call.name) ?? ''
      const text = argumentsText(call.arguments)
      const draft = draftOf(fragment, name)
      const events: ModelEvent[] = []
      draft.text += text
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
      drafts.flatMap((draft) => (draft.name === '' ? [] : [{ itemId: draft.itemId, item: callOf(draft) }])),
    hasNameless: () => drafts.some((draft) => draft.name === ''),
  }
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

/** Ollama and others send the arguments as an object. */
function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value
  return isRecord(value) ? JSON.stringify(value) : ''
}
