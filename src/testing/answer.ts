/** A step's parts, sorted: what is said, how it ends, and how it is sent. */

import { OptionError } from '../protocol/errors.ts'
import type { Usage } from '../protocol/usage.ts'
import type { Ending, Interruption, Part, Refusal, StepAnswer, StreamPart } from './parts.ts'

export interface Answer {
  readonly stream: readonly StreamPart[]
  readonly refusal: Refusal | undefined
  readonly ending: Ending | undefined
  readonly interruption: Interruption | undefined
  /** A body that stands in for the stream. */
  readonly recording: string | Uint8Array | undefined
  /** Null: the response reports none. */
  readonly usage: Usage | null
  readonly headers: Readonly<Record<string, string>>
  readonly eventDelayMs: number
  readonly chunkBytes: number | undefined
  readonly repeatsIds: boolean
  readonly turnGoesOn: boolean
}

const DEFAULT_USAGE: Usage = {
  input_tokens: 100,
  cached_input_tokens: 0,
  cache_write_input_tokens: 0,
  output_tokens: 10,
  reasoning_output_tokens: 0,
}

/** @throws {OptionError} Parts that cannot be meant together, such as a message and `drops()`. */
export function answerOf(step: StepAnswer): Answer {
  const parts: readonly Part[] = 'kind' in step ? [step] : step
  const stream = parts.filter(isStreamPart)
  const refusal = only(parts, isRefusal, 'refuses, drops or hangs')
  const ending = only(parts, isEnding, 'ending')
  const interruption = only(parts, isInterruption, 'cut or stall')
  const recording = only(parts, ofKind('recording'), 'recording')?.body

  if (refusal !== undefined && (stream.length > 0 || ending !== undefined || interruption !== undefined)) {
    throw new OptionError(
      'step',
      `${refusal.kind} stands in place of a stream, so nothing can be said with it`,
    )
  }
  if (recording !== undefined && (stream.length > 0 || ending !== undefined)) {
    throw new OptionError('step', 'a recording is a whole body, so nothing can be said with it')
  }

  const usage = only(parts, ofKind('usage'), 'usage')?.usage
  return {
    stream,
    refusal,
    ending,
    interruption,
    recording,
    usage: usage === null ? null : { ...DEFAULT_USAGE, ...usage },
    headers: Object.assign({}, ...parts.filter(ofKind('headers')).map(({ headers }) => headers)),
    eventDelayMs: only(parts, ofKind('event-delay'), 'delay')?.delayMs ?? 0,
    chunkBytes: only(parts, ofKind('chunk-size'), 'chunk size')?.bytes,
    repeatsIds: parts.some(ofKind('repeated-ids')),
    turnGoesOn: parts.some(ofKind('turn-goes-on')),
  }
}

function ofKind<Kind extends Part['kind']>(kind: Kind) {
  return (part: Part): part is Extract<Part, { kind: Kind }> => part.kind === kind
}

function oneOf<Kind extends Part['kind']>(...kinds: readonly Kind[]) {
  const known: ReadonlySet<string> = new Set(kinds)
  return (part: Part): part is Extract<Part, { kind: Kind }> => known.has(part.kind)
}

const isStreamPart = oneOf('message', 'function-call', 'custom-call', 'reasoning', 'verbatim', 'raw')
const isRefusal = oneOf('refuses', 'drops', 'hangs')
const isEnding = oneOf('fails', 'incomplete', 'no-terminal-event')
const isInterruption = oneOf('cuts', 'cuts-bytes', 'stalls')

function only<Wanted extends Part>(
  parts: readonly Part[],
  isWanted: (part: Part) => part is Wanted,
  what: string,
): Wanted | undefined {
  const [first, second] = parts.filter(isWanted)
  if (second !== undefined) throw new OptionError('step', `more than one ${what} in a step`)
  return first
}
