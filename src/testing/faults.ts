/** The words of a script for what goes wrong. */

import { OptionError } from '../protocol/errors.ts'
import type { Ending, Interruption, RawPart, Refusal } from './parts.ts'

/**
 * An HTTP status in place of a stream.
 *
 * @param body Sent as JSON, a string as it is; by default an error object of the wire API.
 */
export function refuses(
  status: number,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return { kind: 'refuses', status, body, headers }
}

/** Closes the socket before any header is sent. */
export function drops(): Refusal {
  return { kind: 'drops' }
}

/** Sends nothing at all and keeps the socket open until the client closes it. */
export function hangs(): Refusal {
  return { kind: 'hangs' }
}

/** Closes the socket when this many events are sent, in the middle of the body. */
export function cutsAfter(events: number): Interruption {
  return { kind: 'cuts', afterEvents: count('events', events) }
}

/** Closes the socket when this many bytes of the body are sent, perhaps inside a character. */
export function cutsAfterBytes(bytes: number): Interruption {
  return { kind: 'cuts-bytes', afterBytes: count('bytes', bytes) }
}

/**
 * Falls silent, and keeps the socket open until the client closes it.
 *
 * @param events Sent before the silence; left out, all but the terminal one.
 */
export function stalls(events?: number): Interruption {
  return { kind: 'stalls', afterEvents: events === undefined ? 'terminal' : count('events', events) }
}

/**
 * Fails in the middle of a stream, after the step's items: `response.failed`, on Chat a chunk with an `error`, on
 * Messages an `error` event whose type is the code.
 *
 * @param options `as: 'event'` sends the Responses API's stand-alone `error` event instead.
 */
export function fails(
  code: string,
  message: string,
  options: { readonly as?: 'response' | 'event' } = {},
): Ending {
  return { kind: 'fails', code, message, as: options.as ?? 'response' }
}

/** Ends early, such as for `max_output_tokens` or `content_filter`. On Chat it is the finish reason, on Messages the stop reason. */
export function incomplete(reason: string): Ending {
  return { kind: 'incomplete', reason }
}

/** Ends the body cleanly, without the event that says the response is whole. */
export function endsWithoutTerminalEvent(): Ending {
  return { kind: 'no-terminal-event' }
}

/** These bytes at this place of the stream, such as `data: {"type":`; a blank line follows them. */
export function malformed(raw: string): RawPart {
  return { kind: 'raw', text: raw.endsWith('\n\n') ? raw : `${raw.replace(/\n$/, '')}\n\n` }
}

function count(option: string, value: number): number {
  if (!Number.isInteger(value) || value < 0) throw new OptionError(option, 'a whole number, 0 or more')
  return value
}
