/** What a turn came to, when it is over. */

import { messageOf } from '../../protocol/errors.ts'
import type { SdkThreadItem, ThreadItem } from '../../protocol/thread-item.ts'
import type { Turn } from '../../protocol/turn.ts'
import type { Usage } from '../../protocol/usage.ts'
import { type Schema, validate } from '../../tools/schema.ts'
import { OutputSchemaError, TurnAbortedError, TurnBlockedError, TurnLimitError } from '../errors.ts'
import { type ActiveTurn, TurnStop } from './active-turn.ts'
import { isPreview, sdkItem } from './item-log.ts'
import type { TurnTally } from './run-turn.ts'
import { addUsage, NO_USAGE } from './usage.ts'

/** @param usageBefore Tokens of the thread's earlier turns. */
export function makeTurn(
  threadId: string,
  turn: ActiveTurn,
  { steps, model, usage, isEstimated, costUsd }: TurnTally,
  usageBefore: Usage,
): Turn {
  const items = turn.items.items
    .filter((item) => !isPreview(item))
    .map(sdkItem)
    .filter((item) => item !== null)
  const threadUsage = addUsage(usageBefore, usage ?? NO_USAGE)
  return {
    items,
    finalResponse: finalResponse(items),
    usage,
    ...(isEstimated && { isUsageEstimated: true }),
    ...(costUsd !== undefined && steps > 0 && { costUsd }),
    threadUsage,
    threadId,
    turnId: turn.turnId,
    ...(model !== undefined && { model }),
    steps,
  }
}

/** The text of the last message. */
export function finalResponse(items: readonly (ThreadItem | SdkThreadItem)[]): string {
  return items.findLast((item) => item.type === 'agent_message')?.text ?? ''
}

/**
 * The final response as data; undefined where none was asked for.
 *
 * @throws {OutputSchemaError} It is no JSON, or JSON of another shape.
 */
export async function parseOutput(turn: Turn, schema: unknown): Promise<unknown> {
  if (schema === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(turn.finalResponse)
  } catch (error) {
    throw new OutputSchemaError(turn, [`it is no JSON (${messageOf(error)})`])
  }
  const checked = await validate(schema as Schema<unknown>, value)
  if (!checked.ok) throw new OutputSchemaError(turn, checked.issues)
  return checked.value
}

/** The error that a host sees: a stop becomes one that carries the turn, anything else stays what it is. */
export function failTurn(cause: unknown, turn: Turn): unknown {
  if (!(cause instanceof TurnStop)) return cause
  const { reason, limit, block } = cause
  if (reason === 'blocked') return new TurnBlockedError(turn, block ?? '')
  if (reason === 'limit') return new TurnLimitError(turn, limit?.name ?? '', limit?.value ?? 0)
  return new TurnAbortedError(turn, reason, cause.cause)
}
