/** A model's call, answered: whatever it asked for, one output comes of it. */

import { messageOf } from '../../protocol/errors.ts'
import type { CallItem, CallOutputItem, ToolOutput } from '../../protocol/response-item.ts'
import { dispatch } from '../../tools/dispatch.ts'
import { capOutput, renderOutcome } from '../../tools/model-output.ts'
import type { RegisteredTool } from '../../tools/tool-set.ts'
import { isRepeatable } from '../scripts/repeatable.ts'
import { TurnStop } from './active-turn.ts'
import type { TurnScope } from './turn-scope.ts'

/** Never rejects for anything the model did. @throws {StoreError} That the call was made could not be kept. */
export async function answerCall(call: CallItem, scope: TurnScope): Promise<CallOutputItem> {
  if (scope.scripts?.carries(call) === true) return await scope.scripts.answer(call, scope)

  const name = `${call.type === 'function_call' ? (call.namespace ?? '') : ''}${call.name}`
  const entry = scope.tools.direct(name)
  if (entry === undefined) return outputOf(call, unknownTool(call, name, scope), false)

  const input = inputOf(call, entry)
  if ('problem' in input) return outputOf(call, input.problem, false)

  // What a call changes must not outlive the record that it was made: after a crash the model would ask for it again.
  if (!isRepeatable(entry)) await scope.settled()

  const outcome = await dispatch(
    { entry, callId: call.call_id, input: input.value, signal: scope.turn.signal },
    scope.dispatcher,
  )
  if (!outcome.ok && outcome.endsTurn) scope.turn.stop(new TurnStop('interrupted', { cause: outcome.error }))
  const output = await capOutput(
    renderOutcome(entry, outcome),
    scope.model.truncation,
    scope.documents,
    `${entry.directName}.txt`,
  )
  return outputOf(call, output, outcome.ok)
}

export function outputOf(call: CallItem, output: ToolOutput, success: boolean): CallOutputItem {
  return call.type === 'function_call'
    ? { type: 'function_call_output', call_id: call.call_id, output, success }
    : { type: 'custom_tool_call_output', call_id: call.call_id, output, success }
}

function unknownTool(call: CallItem, name: string, scope: TurnScope): string {
  const near = scope.tools.nearestDirect(name)
  const hint = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`
  return call.type === 'function_call'
    ? `unsupported call: ${name}${hint}`
    : `unsupported custom tool call: ${name}${hint}`
}

type CallInput = { readonly value: unknown } | { readonly problem: string }

function inputOf(call: CallItem, { tool, directName }: RegisteredTool): CallInput {
  try {
    if (call.type === 'function_call') {
      return { value: call.arguments.trim() === '' ? {} : JSON.parse(call.arguments) }
    }
    if (tool.freeform !== undefined) return { value: tool.freeform.toInput(call.input) }
    return { problem: `${directName} takes JSON arguments, not free text. Call it as a function.` }
  } catch (error) {
    return {
      problem:
        call.type === 'function_call'
          ? `failed to parse function arguments: ${messageOf(error)}`
          : `${directName} did not run: ${messageOf(error)}`,
    }
  }
}
