/** What a bench and its provider process say to each other. */

/** How a turn is answered: so many calls, one a response, then a message. */
export interface Play {
  readonly calls: number
  /** Pieces that the message's text comes in; with none the text is `done`. */
  readonly deltas: number
}

export type ToProvider =
  | { readonly type: 'play'; readonly name: string; readonly play: Play }
  | { readonly type: 'hear'; readonly name: string }

export interface Heard {
  /** When each request came, milliseconds. */
  readonly asked: readonly number[]
  /** When each answer had been written. */
  readonly answered: readonly number[]
}

export type ProviderMessage =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'playing'; readonly name: string }
  | ({ readonly type: 'heard'; readonly name: string } & Heard)
