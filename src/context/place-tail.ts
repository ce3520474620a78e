/** Puts what is shown for a while into its places at the end of a request. */

import { isCallOutput, type MessageItem, type ResponseItem } from '../protocol/response-item.ts'
import type { PinPosition } from './pin.ts'

/** Where the board stands: in front of the turn's prompt, or of the whole conversation. */
export type BoardPosition = 'tail' | 'head'

/** A note with the place at which it was first shown. */
export interface PlacedNote {
  readonly message: MessageItem
  /** How many items of the history stood before it then; it stays behind them as more come in. */
  readonly itemsBefore: number
}

export interface TailParts {
  /** What the strategy chose, oldest first; the items of the running turn carry its id. */
  readonly history: readonly ResponseItem[]
  readonly turnId: string
  /** Tells what the user said from what was put in for the model in the user's name. */
  readonly isUserPrompt: (item: ResponseItem) => boolean
  readonly board?: MessageItem | null
  /** Default `tail`. */
  readonly boardPosition?: BoardPosition
  /** Those of the running turn, oldest first. */
  readonly notes?: readonly PlacedNote[]
  readonly pin?: MessageItem | null
  /** Default `tail`. */
  readonly pinPosition?: PinPosition
}

/**
 * The items of a request: history, board, the turn's prompt, its calls and outputs with the notes between, the pin.
 *
 * As a turn goes on, each request without its pin begins with all of the one before. Nothing is put between a call and
 * its outputs.
 */
export function placeTail(parts: TailParts): ResponseItem[] {
  const {
    history,
    board = null,
    boardPosition = 'tail',
    notes = [],
    pin = null,
    pinPosition = 'tail',
  } = parts
  const added = new Map<number, MessageItem[]>()
  const put = (at: number, message: MessageItem) => {
    const place = behindOutputs(history, at)
    added.set(place, [...(added.get(place) ?? []), message])
  }
  if (board !== null) put(boardPosition === 'head' ? firstPrompt(parts) : turnStart(parts), board)
  for (const { message, itemsBefore } of notes)
    put(Math.min(Math.max(itemsBefore, 0), history.length), message)

  const items = added.size === 0 ? [...history] : withAdded(history, added)
  if (pin === null || pinPosition === 'off') return items
  return pinPosition === 'tail' ? [...items, pin] : [pin, ...items]
}

function withAdded(
  history: readonly ResponseItem[],
  added: ReadonlyMap<number, readonly MessageItem[]>,
): ResponseItem[] {
  const items: ResponseItem[] = []
  for (let at = 0; at <= history.length; at += 1) {
    items.push(...(added.get(at) ?? []), ...history.slice(at, at + 1))
  }
  return items
}

/** Behind what stands before all conversation. */
function firstPrompt({ history, isUserPrompt }: TailParts): number {
  const at = history.findIndex(isUserPrompt)
  return at === -1 ? history.length : at
}

/** In front of the turn's first prompt; of a turn that has none, because it goes on with another, of what it did. */
function turnStart({ history, turnId, isUserPrompt }: TailParts): number {
  const isOfTurn = (item: ResponseItem) => item.turnId === turnId
  const first = history.findIndex(isOfTurn)
  if (first === -1) return history.length
  // A prompt behind an answer was said into the running turn.
  const answer = history.findIndex((item) => isOfTurn(item) && isFromModel(item))
  const prompt = history.findIndex((item) => isOfTurn(item) && isUserPrompt(item))
  return prompt !== -1 && (answer === -1 || prompt < answer) ? prompt : first
}

function isFromModel(item: ResponseItem): boolean {
  return item.type === 'message' ? item.role === 'assistant' : !isCallOutput(item)
}

function behindOutputs(history: readonly ResponseItem[], at: number): number {
  let place = at
  for (let item = history[place]; item !== undefined && isCallOutput(item); item = history[place]) place += 1
  return place
}
