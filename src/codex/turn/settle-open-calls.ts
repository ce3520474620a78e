/** Takes up the calls that a turn left open when its process ended. */

import type { CallItem, CallOutputItem, ResponseItem } from '../../protocol/response-item.ts'
import { REDACTED } from '../../std/redact.ts'
import { isRepeatable } from '../scripts/repeatable.ts'
import { answerCall, outputOf } from './answer-call.ts'
import type { OpenTurn } from './open-turn.ts'
import type { TurnScope } from './turn-scope.ts'

/**
 * Each open call gets its output, in the order of the calls.
 *
 * A script is replayed. A call that waited for a person runs if the answer came since, and is asked about again where the turn goes on. A call
 * that may have been at work is never run a second time, unless that changes nothing; the model is told.
 *
 * @param goesOn Whether the turn itself is continued; otherwise the user has said something new.
 */
export async function settleOpenCalls(
  open: OpenTurn,
  goesOn: boolean,
  scope: TurnScope,
): Promise<readonly ResponseItem[]> {
  const outputs = await Promise.all(open.calls.map((call) => settle(call, open, goesOn, scope)))
  return [...outputs, ...(await settleMessage(open, scope))]
}

/** A script in the model's own words is replayed as one in a call. */
async function settleMessage({ message }: OpenTurn, scope: TurnScope): Promise<readonly ResponseItem[]> {
  const carrier = scope.scripts?.text
  if (message === null || carrier === undefined) return []
  const detector = carrier.detector()
  detector.push(message.item.content.map((part) => ('text' in part ? part.text : '')).join(''))
  const { source } = detector.end()
  if (source === undefined) return []
  if (source.includes(REDACTED)) {
    const text = `<script-output>\n${secretMissing({ name: 'the script' })}\n</script-output>`
    return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }]
  }
  return [await carrier.answer(source, scope, message.scriptCallId)]
}

async function settle(
  call: CallItem,
  open: OpenTurn,
  goesOn: boolean,
  scope: TurnScope,
): Promise<CallOutputItem> {
  // What was taken out of it is not kept anywhere, and with something else in its place it is another call.
  if (textOf(call).includes(REDACTED)) return outputOf(call, secretMissing(call), false)
  // A script is replayed: its finished calls are found again, and it goes on from there.
  if (scope.scripts?.carries(call) === true) return await answerCall(call, scope)
  const question = open.questions.find(({ request }) => request.callId === call.call_id)
  if (question !== undefined) {
    if (question.answer !== undefined || goesOn) return await answerCall(call, scope)
    return outputOf(call, `${call.name} was not run: it waited for approval, and nobody answered.`, false)
  }
  if (goesOn && isRepeatable(scope.tools.direct(call.name))) return await answerCall(call, scope)
  return outputOf(call, outcomeUnknown(call), false)
}

const outcomeUnknown = ({ name }: CallItem) =>
  `aborted: the process ended while ${name} was under way. What it had done by then stays done; look before you repeat it.`

const textOf = (call: CallItem) => (call.type === 'function_call' ? call.arguments : call.input)

const secretMissing = ({ name }: Pick<CallItem, 'name'>) =>
  `aborted: the process ended before ${name} had. It is not run again, because a secret in it was not kept. What it had done by ` +
  'then stays done; look before you repeat it.'
