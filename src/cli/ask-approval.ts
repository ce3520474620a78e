/** Asks the person at the terminal whether a call may run. */

import type { ApprovalDecision, ApprovalRequest } from '../protocol/approval.ts'
import { messageOf } from '../protocol/errors.ts'
import { askLine, isWatched } from './ask-line.ts'
import { addPrefixRule } from './rules-file.ts'
import { oneLine } from './terminal.ts'

const INPUT_COLUMNS = 400

/** Anything but a clear yes is a no; so is a program that nobody watches. */
export async function askApproval(
  request: ApprovalRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<ApprovalDecision> {
  if (!isWatched()) return { decision: 'denied', reason: 'nobody is at the terminal to be asked' }
  switch ((await askLine(questionOf(request), signal)).toLowerCase().charAt(0)) {
    case 'y':
      return { decision: 'approved' }
    case 's':
      return { decision: 'approved-for-session' }
    case 'a':
      return await approvedAlways(request)
    case 'q':
      return { decision: 'abort', reason: 'the user stopped the turn' }
    default:
      return { decision: 'denied', reason: 'the user said no' }
  }
}

function questionOf({ reason, justification, unconfined, tool, input, prefixRule }: ApprovalRequest): string {
  const lines = [
    reason,
    ...(justification === undefined ? [] : [`It says: ${oneLine(justification, INPUT_COLUMNS)}`]),
    `${tool} ${oneLine(JSON.stringify(input) ?? '', INPUT_COLUMNS)}`,
  ]
  const always = prefixRule === undefined ? '' : `, [a]lways \`${oneLine(prefixRule.join(' '), 80)}\``
  const where = unconfined === true ? ' outside the sandbox' : ''
  return `${lines.join('\n')}\nRun it${where}? [y]es, yes for this [s]ession${always}, [n]o, [q]uit: `
}

async function approvedAlways({ prefixRule }: ApprovalRequest): Promise<ApprovalDecision> {
  if (prefixRule === undefined) return { decision: 'denied', reason: 'the user said no' }
  try {
    await addPrefixRule(prefixRule)
  } catch (error) {
    process.stderr.write(`The rule holds for this session only: ${messageOf(error)}\n`)
  }
  return { decision: 'approved-for-session', prefixRule }
}
