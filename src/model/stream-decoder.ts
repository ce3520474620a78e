/** What a wire API's decoder is to the loop that feeds it. */

import { randomUUID } from 'node:crypto'
import type { ResponseItem } from '../protocol/response-item.ts'
import type { ModelEvent, ModelRequest } from './model-client.ts'

/** Who asks and is asked: what a decoder puts on items and errors. */
export interface DecodeContext {
  readonly provider: string
  readonly request: ModelRequest
  readonly requestId: string | undefined
  /** Takes the host's secrets out of a text that will be shown. */
  readonly redact: (text: string) => string
}

/** The state of one response. It does no I/O: data in, events out. */
export interface StreamDecoder {
  /** True once the response is over; whatever comes after it is noise. */
  readonly isComplete: boolean
  /**
   * Read the data of one server-sent event. Text that is no JSON is skipped, as Codex does.
   *
   * @throws {ProviderError} The provider reported a failure, or an item that cannot be.
   */
  decode(data: string): readonly ModelEvent[]
  /**
   * The body is over.
   *
   * @param isWhole Whether it ended by itself, at the end of an event.
   */
  end(isWhole: boolean): readonly ModelEvent[]
  /** Items that began and are not done, with what there is of them. */
  partial(): ResponseItem[]
}

/** An id for an item that came without one, in OpenAI's spelling. */
export function makeId(prefix: 'msg' | 'rs' | 'fc' | 'ctc' | 'call' | 'resp' | 'item'): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`
}

/**
 * Call ids that are unique in the whole conversation.
 *
 * Small servers leave them out, or begin again at `call_0` with each response; two calls of one id could not be told
 * apart when their outputs go back.
 */
export function uniqueCallIds(input: readonly ResponseItem[]): (given: string | undefined) => string {
  const used = new Set<string>()
  for (const item of input) {
    if (item.type === 'function_call' || item.type === 'custom_tool_call') used.add(item.call_id)
  }
  return (given) => {
    const id = given === undefined || given === '' || used.has(given) ? makeId('call') : given
    used.add(id)
    return id
  }
}
