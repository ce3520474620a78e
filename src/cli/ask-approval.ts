/** Asks the person at the terminal whether a call may run. */

import { createInterface } from 'node:readline/promises'
import type { ApprovalDecision, ApprovalRequest } from '../protocol/approval.ts'
import { oneLine } from './terminal.ts'

const ANSWERS: Readonly<Record<string, ApprovalDecision>> = {
  y: { decision: 'approved' },
  a: { decision: 'approved-for-session' },
  n: { decision: 'denied', reason: 'the user said no' },
  q: { decision: 'abort', reason: 'the user stopped the turn' },
}

/** Anything but a clear yes is a no; so is a program that nobody watches. */
export async function askApproval(
  request: ApprovalRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<ApprovalDecision> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    return { decision: 'denied', reason: 'nobody is at the terminal to be asked' }
  }
  // Not in raw mode: Ctrl-C has to stay a signal that stops the turn.
  const line = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  try {
    const input = oneLine(JSON.stringify(request.input) ?? '', 400)
    const question = `${request.reason}\n${request.tool} ${input}\nRun it? [y]es, [a]lways this tool, [n]o, [q]uit: `
    const answer = await line.question(question, { signal })
    return ANSWERS[answer.trim().toLowerCase().charAt(0)] ?? { decision: 'denied' }
  } finally {
    line.close()
  }
}
