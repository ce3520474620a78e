/** The words of a script: what the model is to say, step by step. */

import { OptionError } from '../protocol/errors.ts'
import type { Usage } from '../protocol/usage.ts'
import type { JsonRecord } from './json.ts'
import type {
  CallOptions,
  CustomCallPart,
  DeltaOptions,
  FunctionCallPart,
  ItemOptions,
  MessagePart,
  RawPart,
  ReasoningPart,
  Setting,
  StepAnswer,
  VerbatimPart,
} from './parts.ts'
import type { ProviderRequest } from './requests.ts'

/** What answers one request: an answer, or a function that reads the request and gives one. */
export type Step = StepAnswer | ((request: ProviderRequest) => StepAnswer | Promise<StepAnswer>)

/** A message of the assistant's. On Chat, all of a response's messages are one. */
export function says(
  text: string,
  options: ItemOptions & { readonly phase?: 'commentary' | 'final_answer' } = {},
): MessagePart {
  checkDeltas(text, options)
  return { ...options, kind: 'message', text }
}

/**
 * A function call.
 *
 * @param args Sent as JSON; a string is sent as it is, so that it can be bad JSON.
 */
export function calls(name: string, args: object | string = {}, options: CallOptions = {}): FunctionCallPart {
  const text = typeof args === 'string' ? args : JSON.stringify(args)
  checkDeltas(text, options)
  return { ...options, kind: 'function-call', name, arguments: text }
}

/** A freeform call. Chat and Messages have none: there it is a function call with `{ input }`. */
export function custom(name: string, input: string, options: CallOptions = {}): CustomCallPart {
  checkDeltas(input, options)
  return { ...options, kind: 'custom-call', name, input }
}

/**
 * A reasoning item. On Chat it is spelled as OpenRouter does: `reasoning` and `reasoning_details`. On Messages it is a
 * block of thinking, and `encrypted` is its signature; without one it gets a signature that fits its text alone.
 */
export function thinks(
  summary: string,
  options: ItemOptions & { readonly encrypted?: string } = {},
): ReasoningPart {
  checkDeltas(summary, options)
  return { ...options, kind: 'reasoning', summary }
}

/** Any other item of the Responses API, such as a `web_search_call`, or any other block of Messages, sent as it is. */
export function sends(item: JsonRecord & { readonly type: string }): VerbatimPart {
  return { kind: 'verbatim', item }
}

/** A comment line, such as some servers send to keep a connection open. */
export function comments(text: string): RawPart {
  return { kind: 'raw', text: `: ${text}\n\n` }
}

/** The tokens that the response reports; what is left out is the default's. Null: it reports none. */
export function uses(usage: Partial<Usage> | null): Setting {
  return { kind: 'usage', usage }
}

/** Headers beside the usual ones, such as `x-ratelimit-remaining-tokens`. */
export function withHeaders(headers: Readonly<Record<string, string>>): Setting {
  return { kind: 'headers', headers }
}

/** A pause before every event but the first. */
export function drips(delayMs: number): Setting {
  return { kind: 'event-delay', delayMs }
}

/** The body arrives in HTTP chunks of this many bytes, whatever characters and events that splits. */
export function inChunksOf(bytes: number): Setting {
  if (!Number.isInteger(bytes) || bytes < 1) throw new OptionError('bytes', 'a chunk has at least one byte')
  return { kind: 'chunk-size', bytes }
}

/** A recorded body, byte for byte, in place of one made from items. */
export function plays(body: string | Uint8Array): Setting {
  return { kind: 'recording', body }
}

/** Its items bear ids that the provider's first response has borne. */
export function repeatsIds(): Setting {
  return { kind: 'repeated-ids' }
}

/** The turn goes on although no call is open: Responses says `end_turn: false`, Messages `pause_turn`. Not on Chat. */
export function continues(): Setting {
  return { kind: 'turn-goes-on' }
}

/** The text in the pieces that the options ask for; their join is the text. */
export function piecesOf(text: string, deltas: DeltaOptions['deltas'] = 3): readonly string[] {
  if (typeof deltas !== 'number') return deltas
  if (deltas === 0 || text === '') return []

  // By code points: no provider splits a surrogate pair, since each delta is valid JSON text of its own.
  const points = Array.from(text)
  const size = Math.max(1, Math.ceil(points.length / deltas))
  const pieces: string[] = []
  for (let start = 0; start < points.length; start += size) {
    pieces.push(points.slice(start, start + size).join(''))
  }
  return pieces
}

function checkDeltas(text: string, { deltas }: DeltaOptions): void {
  if (deltas === undefined) return
  if (typeof deltas === 'number') {
    if (!Number.isInteger(deltas) || deltas < 0) throw new OptionError('deltas', 'a whole number, 0 or more')
    return
  }
  if (deltas.join('') !== text) throw new OptionError('deltas', 'the pieces do not join to the text')
}
