/** Takes up the calls that a turn left open when its process ended. */

import type { CallItem, CallOutputItem } from '../protocol/response-item.ts'
import { effectsOf } from '../tools/approval.ts'
import { answerCall, outputOf } from './answer-call.ts'
import type { OpenTurn } from './open-turn.ts'
import type { TurnScope } from './turn-scope.ts'

/**
 * Each open call gets its output, in the order of the calls.
 *
 * A call that waited for a person runs if the answer came since, and is asked about again where the turn goes on. A call
 * that may have been at work is never run a second time, unless that changes nothing; the model is told.
 *
 * @param goesOn Whether the turn itself is continued; otherwise the user has said something new.
 */
export async function settleOpenCalls(
  open: OpenTurn,
  goesOn: boolean,
  scope: TurnScope,
): Promise<readonly CallOutputItem[]> {
  return await Promise.all(open.calls.map((call) => settle(call, open, goesOn, scope)))
}

async function settle(
  call: CallItem,
  open: OpenTurn,
  goesOn: boolean,
  scope: TurnScope,
): Promise<CallOutputItem> {
  const question = open.questions.find(({ request }) => request.callId === call.call_id)
  if (question !== undefined) {
    if (question.answer !== undefined || goesOn) return await answerCall(call, scope)
    return outputOf(call, `${call.name} was not run: it waited for approval, and nobody answered.`, false)
  }
  if (goesOn && isRepeatable(call, scope)) return await answerCall(call, scope)
  return outputOf(call, outcomeUnknown(call, open), false)
}

/** Whether running it again is as good as having run it once. */
function isRepeatable(call: CallItem, scope: TurnScope): boolean {
  if (scope.scripts?.carries(call) === true) return false
  const entry = scope.tools.direct(call.name)
  if (entry === undefined) return true
  return entry.tool.idempotent === true || effectsOf(entry).every((effect) => effect === 'reads-files')
}

function outcomeUnknown(call: CallItem, open: OpenTurn): string {
  const inside = open.scriptCalls.filter(({ started }) => started.scriptCallId === call.call_id)
  const ledger = inside.map(
    ({ started, ended }) => `- tools.${started.path}: ${ended?.status ?? 'outcome unknown'}`,
  )
  return [
    `aborted: the process ended while ${call.name} was under way. What it had done by then stays done; ` +
      'look before you repeat it.',
    ...(ledger.length === 0 ? [] : ['Its calls:', ...ledger]),
  ].join('\n')
}
