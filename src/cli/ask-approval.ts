/** Asks the person at the terminal whether a call may run. */

import type { ApprovalDecision, ApprovalRequest } from '../protocol/approval.ts'
import { messageOf } from '../protocol/errors.ts'
import { askLine, isWatched } from './ask-line.ts'
import { addPrefixRule } from './rules-file.ts'
import { block, visible } from './terminal.ts'

/** Nobody reads more than that before they say yes. */
const QUESTION_CHARACTERS_MAX = 16_000

/** Anything but a clear yes is a no; so is a program that nobody watches. */
export async function askApproval(
  request: ApprovalRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<ApprovalDecision> {
  if (!isWatched()) return { decision: 'denied', reason: 'nobody is at the terminal to be asked' }
  const question = approvalQuestion(request)
  if (question === null) {
    process.stderr.write(`${visible(request.tool)} was refused without asking: ${TOO_LONG}.\n`)
    return { decision: 'denied', reason: `${TOO_LONG}. Do it in smaller steps` }
  }
  switch ((await askLine(question, signal)).toLowerCase().charAt(0)) {
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

const TOO_LONG = `what it would do takes more than ${QUESTION_CHARACTERS_MAX} characters to show, more than a person can check at a terminal`

/**
 * The question about a call, with all that it would do: nothing is cut, and nothing in it moves the cursor.
 *
 * @returns Null when it is too long to be read.
 */
export function approvalQuestion(request: ApprovalRequest, columns?: number): string | null {
  const { reason, justification, unconfined, tool, input, prefixRule } = request
  const always = prefixRule?.map(shownWord).join(' ')
  const texts = [reason, justification ?? '', tool, JSON.stringify(input) ?? '', always ?? '']
  if (texts.join('').length > QUESTION_CHARACTERS_MAX) return null

  const lines = [
    visible(reason),
    ...(justification === undefined ? [] : ['It says:', block(justification, columns)]),
    `${visible(tool)}:`,
    ...shownInput(input, columns),
    ...(always === undefined
      ? []
      : ['Always would allow every command that begins with:', block(always, columns)]),
  ]
  const where = unconfined === true ? ' outside the sandbox' : ''
  const choices = `[y]es, yes for this [s]ession${always === undefined ? '' : ', [a]lways'}, [n]o, [q]uit`
  return `${lines.join('\n')}\nRun it${where}? ${choices}: `
}

/** Texts as they stand, over several lines where they have several; the rest as JSON. */
function shownInput(input: unknown, columns: number | undefined): string[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return [block(shownValue(input), columns)]
  }
  return Object.entries(input).flatMap(([name, value]) => [
    ` ${visible(name)}`,
    block(shownValue(value), columns),
  ])
}

function shownValue(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** Quoted where it would not look like one word. */
function shownWord(word: string): string {
  return /^[\w./:=,+@%-]+$/.test(word) ? word : JSON.stringify(word)
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
