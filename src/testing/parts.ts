/** What a step of a script is made of. */

import type { Usage } from '../protocol/usage.ts'
import type { JsonRecord } from './json.ts'

export interface DeltaOptions {
  /**
   * How the text arrives: in this many pieces (three unless told; 0 sends no delta where the wire API allows it), or
   * in exactly these pieces.
   */
  readonly deltas?: number | readonly string[]
}

export interface ItemOptions extends DeltaOptions {
  /** The item's id; one is made when it is left out. Naming one twice is how a script repeats an id. */
  readonly id?: string
}

export interface CallOptions extends ItemOptions {
  readonly callId?: string
}

export interface MessagePart extends ItemOptions {
  readonly kind: 'message'
  readonly text: string
  readonly phase?: 'commentary' | 'final_answer'
}

export interface FunctionCallPart extends CallOptions {
  readonly kind: 'function-call'
  readonly name: string
  /** JSON text, or what a model may write in its place. */
  readonly arguments: string
}

export interface CustomCallPart extends CallOptions {
  readonly kind: 'custom-call'
  readonly name: string
  readonly input: string
}

export interface ReasoningPart extends ItemOptions {
  readonly kind: 'reasoning'
  readonly summary: string
  /** What the client has to bring back unread; made up when the request asks for it and none is given. */
  readonly encrypted?: string
}

export interface VerbatimPart {
  readonly kind: 'verbatim'
  readonly item: JsonRecord & { readonly type: string }
}

/** Bytes between two events. */
export interface RawPart {
  readonly kind: 'raw'
  readonly text: string
}

/** What goes into the stream, in this order. */
export type StreamPart =
  | MessagePart
  | FunctionCallPart
  | CustomCallPart
  | ReasoningPart
  | VerbatimPart
  | RawPart

/** How the response is sent, whatever it says. */
export type Setting =
  | { readonly kind: 'usage'; readonly usage: Partial<Usage> | null }
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'event-delay'; readonly delayMs: number }
  | { readonly kind: 'chunk-size'; readonly bytes: number }
  | { readonly kind: 'recording'; readonly body: string | Uint8Array }
  | { readonly kind: 'repeated-ids' }
  | { readonly kind: 'turn-goes-on' }

/** In place of a stream. */
export type Refusal =
  | {
      readonly kind: 'refuses'
      readonly status: number
      readonly body: unknown
      readonly headers: Readonly<Record<string, string>>
    }
  | { readonly kind: 'drops' }
  | { readonly kind: 'hangs' }

/** In place of the event that says all is well. */
export type Ending =
  | {
      readonly kind: 'fails'
      readonly code: string
      readonly message: string
      readonly as: 'response' | 'event'
    }
  | { readonly kind: 'incomplete'; readonly reason: string }
  | { readonly kind: 'no-terminal-event' }

/** What becomes of the connection in the middle of a stream. */
export type Interruption =
  | { readonly kind: 'cuts'; readonly afterEvents: number }
  | { readonly kind: 'cuts-bytes'; readonly afterBytes: number }
  | { readonly kind: 'stalls'; readonly afterEvents: number | 'terminal' }

export type Fault = Refusal | Ending | Interruption

export type Part = StreamPart | Setting | Fault

/** The answer to one request: one part, or several in a response. Several calls are parallel calls. */
export type StepAnswer = Part | readonly Part[]
