/** The rules for calls and their results: each pair stands in neighbouring messages. */

import { checkPairs, type PairedItem } from '../call-rules.ts'
import { type JsonRecord, listOf } from '../json.ts'
import type { Report } from '../rules.ts'
import type { PlacedBlock, Turn } from './messages.ts'

export function checkCalls(body: JsonRecord, turns: readonly Turn[], report: Report): void {
  const pairs = turns.flatMap(({ blocks }) => blocks.flatMap(pairedItem))
  checkPairs(pairs, report)
  for (const [index, turn] of turns.entries()) {
    if (turn.role === 'user') checkResultsStandFirst(turn, report)
    else checkNextAnswers(turn, turns[index + 1], report)
    if (index < turns.length - 1) checkSearchesAreAnswered(turn, report)
  }
  if (pairs.length > 0 && listOf(body.tools).length === 0) {
    report('tool', 'tools', 'a conversation with calls has to declare tools')
  }
}

function pairedItem({ block, at }: PlacedBlock): PairedItem[] {
  if (block.type === 'tool_use') {
    return [{ role: 'call', kind: 'function', callId: block.id, name: block.name, at: `${at}.id` }]
  }
  if (block.type !== 'tool_result') return []
  return [{ role: 'output', kind: 'function', callId: block.tool_use_id, at: `${at}.tool_use_id` }]
}

function checkResultsStandFirst({ blocks }: Turn, report: Report): void {
  const other = blocks.findIndex(({ block }) => block.type !== 'tool_result')
  if (other === -1) return
  for (const { block, at } of blocks.slice(other)) {
    if (block.type === 'tool_result')
      report('output-after-call', at, 'results stand in front of everything else')
  }
}

/** The provider's own tools answer in the message that calls them; only a paused turn, which is the last, may lack that. */
function checkSearchesAreAnswered({ blocks }: Turn, report: Report): void {
  const answered = new Set(blocks.map(({ block }) => block.tool_use_id))
  for (const { block, at } of blocks) {
    if (block.type === 'server_tool_use' && !answered.has(block.id)) {
      report('call-has-output', at, `the call ${String(block.id)} has no result in its message`)
    }
  }
}

/** All calls of a message are answered in the message right behind it. */
function checkNextAnswers(turn: Turn, next: Turn | undefined, report: Report): void {
  const answered = new Set(next?.blocks.map(({ block }) => block.tool_use_id))
  for (const { block, at } of turn.blocks) {
    if (block.type === 'tool_use' && next !== undefined && !answered.has(block.id)) {
      report('output-after-call', at, `the call ${String(block.id)} has no result in the next message`)
    }
  }
}
