/** Shows the model short-lived notes: those of the board, and those that come in during a turn. */

import type { MessageItem } from '../protocol/response-item.ts'
import { approximateTokens } from '../std/truncate.ts'
import type { BoardNote } from '../tools/tool.ts'
import { contextMessage, escaped, oneLine } from './messages.ts'

/** A note that comes in while a turn runs. */
export interface TurnNote {
  readonly text: string
  /** Who says it, such as a tool's name. */
  readonly from?: string
}

const BOARD_TOKENS_MAX = 3_000

/**
 * The board as one message, for one request: it is never recorded. The same notes give the same bytes.
 *
 * @param notes The most important first: those that do not fit into `tokensMax`, 3,000 unless given, are left out from
 *   the end, and a line says how many.
 * @returns Null for an empty board.
 */
export function boardMessage(
  notes: readonly BoardNote[],
  { tokensMax = BOARD_TOKENS_MAX }: { readonly tokensMax?: number } = {},
): MessageItem | null {
  if (notes.length === 0) return null
  const lines: string[] = []
  let tokens = 0
  for (const line of notes.map(boardLine)) {
    tokens += approximateTokens(line)
    if (tokens > tokensMax) break
    lines.push(line)
  }
  const left = notes.length - lines.length
  if (left > 0)
    lines.push(`(${left} more ${left === 1 ? 'note is' : 'notes are'} not shown, for want of room.)`)
  return contextMessage('user', [['<board>', ...lines, '</board>'].join('\n')])
}

function boardLine({ id, text, turnId, call, turnsLeft }: BoardNote): string {
  const facts = [
    oneLine(id),
    ...(turnId === undefined ? [] : [`turn ${oneLine(turnId)}`]),
    ...(turnsLeft === undefined ? [] : [turnsLeft === 1 ? 'last turn' : `${turnsLeft} turns left`]),
  ]
  const more = call === undefined ? '' : ` (${oneLine(call)})`
  return escaped(`- [${facts.join(', ')}] ${oneLine(text)}${more}`)
}

/** A note of the running turn as a message: what was shown once must be shown in the same place from then on. */
export function noteMessage({ text, from }: TurnNote): MessageItem {
  const source = from === undefined ? '' : ` from="${escaped(oneLine(from)).replaceAll('"', '&quot;')}"`
  return contextMessage('user', [`<note${source}>\n${escaped(text.trim())}\n</note>`])
}
