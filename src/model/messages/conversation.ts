/** A history as the alternating messages that the Messages API takes. */

import type { MessageItem, ResponseItem } from '../../protocol/response-item.ts'
import type { Maker } from '../maker.ts'
import { callBlock, contentBlocks, keptBlock, outputBlock, textBlocks } from './encode-item.ts'
import { type Block, isThinking, type TextBlock } from './wire.ts'

export interface PlacedBlock {
  readonly block: Block
  /** Part of this request alone: the next one will not have it here. */
  readonly isPassing: boolean
}

export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly blocks: PlacedBlock[]
}

export interface Conversation {
  readonly system: readonly TextBlock[]
  readonly turns: readonly Turn[]
}

/** The user speaks first and last; where nobody has, this does. */
const GO_ON: Block = { type: 'text', text: 'Continue.' }

/**
 * The conversation of a request.
 *
 * What developers say in front of everything is system text, later on it is the user's. Neighbours of one role are one
 * message. So the outputs of a message's calls stand together in one, in front of whatever the user says.
 *
 * @param keepsThinking False where the request forbids thinking, which then may not come back either.
 */
export function converse(input: readonly ResponseItem[], maker: Maker, keepsThinking: boolean): Conversation {
  const system: TextBlock[] = []
  const turns: Turn[] = []
  // Whoever records items marks them with their turn. What stands behind those and has no mark, such as a repeated
  // prompt, belongs to this request alone.
  const lastRecorded = input.findLastIndex((item) => item.turnId !== undefined)

  const turnOf = (role: Turn['role']): Turn => {
    const last = turns.at(-1)
    if (last?.role === role) return last
    if (last !== undefined) dropOpenSearches(last)
    closeLast(turns)
    // Closing may have taken a whole message away, and its neighbours meet.
    const neighbour = turns.at(-1)
    if (neighbour?.role === role) return neighbour
    const turn: Turn = { role, blocks: [] }
    turns.push(turn)
    return turn
  }

  for (const [index, item] of input.entries()) {
    const isPassing = lastRecorded !== -1 && index > lastRecorded
    const add = (role: Turn['role'], blocks: readonly Block[]) => {
      // What belongs to this request alone may not come between a paused turn and its next word.
      if (blocks.length === 0 || (isPassing && isPaused(turns.at(-1)))) return
      turnOf(role).blocks.push(...blocks.map((block) => ({ block, isPassing })))
    }
    switch (item.type) {
      case 'message':
        if (item.role === 'assistant') add('assistant', textBlocks(textOf(item)))
        else if (turns.length === 0 && isSystemText(item)) system.push(...textBlocks(textOf(item)))
        else add('user', contentBlocks(item.content))
        break
      case 'reasoning':
      case 'other': {
        const block = keptBlock(item, maker)
        if (block !== null && (keepsThinking || !isThinking(block))) add('assistant', [block])
        break
      }
      case 'function_call':
      case 'custom_tool_call':
        add('assistant', [callBlock(item)])
        break
      case 'function_call_output':
      case 'custom_tool_call_output':
        add('user', [outputBlock(item)])
        break
      case 'web_search_call':
        // The Messages API has no word for another provider's searches.
        break
    }
  }
  closeLast(turns)
  return { system, turns: completed(turns) }
}

/** A search of the provider's own goes with its result; one that was stopped before it has none. */
function dropOpenSearches({ blocks }: Turn): void {
  const answered = new Set(blocks.map(({ block }) => block.tool_use_id))
  const kept = blocks.filter(({ block }) => block.type !== 'server_tool_use' || answered.has(block.id))
  if (kept.length < blocks.length) blocks.splice(0, blocks.length, ...kept)
}

/** A message of the assistant may not end with thinking; that it led nowhere was another stream's end. */
function closeLast(turns: Turn[]): void {
  const last = turns.at(-1)
  if (last?.role !== 'assistant') return
  const end = last.blocks.findLastIndex(({ block }) => !isThinking(block))
  last.blocks.splice(end + 1)
  if (last.blocks.length === 0) turns.pop()
}

function completed(turns: readonly Turn[]): Turn[] {
  const first: Turn[] = turns[0]?.role === 'user' ? [] : [{ role: 'user', blocks: [placed(GO_ON, false)] }]
  const all = [...first, ...turns]
  const last = all.at(-1)
  if (last?.role !== 'assistant') return all
  if (isPaused(last)) return [...all.slice(0, -1), withoutTrailingSpace(last)]
  return [...all, { role: 'user', blocks: [placed(GO_ON, true)] }]
}

/** A turn that the provider paused goes on from its own last words, so nobody may speak in between. */
function isPaused(turn: Turn | undefined): boolean {
  return turn?.blocks.some(({ block }) => block.type === 'server_tool_use') === true
}

function withoutTrailingSpace(turn: Turn): Turn {
  const last = turn.blocks.at(-1)
  if (last === undefined || last.block.type !== 'text') return turn
  const block = { ...last.block, text: String(last.block.text).trimEnd() }
  return { ...turn, blocks: [...turn.blocks.slice(0, -1), { ...last, block }] }
}

function placed(block: Block, isPassing: boolean): PlacedBlock {
  return { block, isPassing }
}

/** Only text can stand at the top. */
function isSystemText(item: MessageItem): boolean {
  return item.role !== 'user' && item.content.every((part) => part.type !== 'input_image')
}

function textOf(item: MessageItem): string {
  return item.content.map((part) => (part.type === 'input_image' ? '' : part.text)).join('')
}
