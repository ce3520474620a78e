/** The rules for thinking: how it is asked for, and how it comes back. */

import { isFilledString, isRecord, type JsonRecord } from '../json.ts'
import type { Report } from '../rules.ts'
import type { PlacedBlock, Turn } from './messages.ts'
import { isOfOtherText } from './signature.ts'

const TYPES = new Set(['adaptive', 'enabled', 'between_tools', 'disabled'])
const BUDGET_TOKENS_MIN = 1024

export function checkThinking(body: JsonRecord, turns: readonly Turn[], report: Report): void {
  const { thinking } = body
  if (thinking !== undefined) checkConfig(body, thinking, report)
  for (const turn of turns) checkTurn(turn, report)
  if (isRecord(thinking) && thinking.type === 'enabled') checkLoopBegins(turns, report)
}

function checkConfig(body: JsonRecord, thinking: unknown, report: Report): void {
  if (!isRecord(thinking) || !TYPES.has(String(thinking.type))) {
    report('thinking', 'thinking.type', `thinking is one of ${[...TYPES].join(', ')}`)
    return
  }
  if (thinking.type === 'disabled') return
  if (body.temperature !== undefined && body.temperature !== 1) {
    report('sampling', 'temperature', 'while the model thinks, the temperature is 1')
  }
  if (isRecord(body.tool_choice) && (body.tool_choice.type === 'any' || body.tool_choice.type === 'tool')) {
    report('thinking', 'tool_choice', 'while the model thinks, no call can be forced')
  }
  if (thinking.type !== 'enabled') return
  const budget = thinking.budget_tokens
  if (!Number.isInteger(budget) || Number(budget) < BUDGET_TOKENS_MIN) {
    report('thinking', 'thinking.budget_tokens', `a budget is at least ${BUDGET_TOKENS_MIN}`)
  } else if (Number(budget) >= Number(body.max_tokens)) {
    report('thinking', 'thinking.budget_tokens', 'a budget is less than max_tokens')
  }
}

function checkTurn({ role, blocks }: Turn, report: Report): void {
  if (role !== 'assistant') return
  const last = blocks.at(-1)
  if (last !== undefined && isThinking(last)) {
    report('thinking', last.at, 'a message of the assistant may not end with thinking')
  }
  for (const { block, at } of blocks) {
    const { thinking, signature } = block
    if (block.type !== 'thinking' || typeof thinking !== 'string' || !isFilledString(signature)) continue
    if (isOfOtherText(thinking, signature)) report('thinking', at, 'the signature is of another text')
  }
}

/** A turn that is in the middle of its calls has begun with thinking. */
function checkLoopBegins(turns: readonly Turn[], report: Report): void {
  const prompt = turns.findLastIndex(
    ({ role, blocks }) => role === 'user' && !blocks.some(({ block }) => block.type === 'tool_result'),
  )
  const first = turns[prompt + 1]?.blocks[0]
  if (first !== undefined && !isThinking(first)) {
    report('thinking', first.at, 'with a budget, a turn that has called tools begins with thinking')
  }
}

function isThinking({ block }: PlacedBlock): boolean {
  return block.type === 'thinking' || block.type === 'redacted_thinking'
}
