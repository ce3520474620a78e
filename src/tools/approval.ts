/** When a call has to be allowed first, and by whom. */

import type { ApprovalDecision, ApprovalRequest } from '../protocol/approval.ts'
import { messageOf } from '../protocol/errors.ts'
import type { ApprovalPolicy, Effect } from '../protocol/modes.ts'
import { ApprovalDeniedError } from './errors.ts'
import type { RegisteredTool } from './tool-set.ts'

/** Asks whoever may answer; rejects only when `signal` is aborted. */
export type AskApproval = (
  request: ApprovalRequest,
  options: { readonly signal: AbortSignal },
) => Promise<ApprovalDecision>

export interface ApprovalGate {
  readonly policy: ApprovalPolicy
  readonly ask: AskApproval
  /** Names of tools that were approved for the session. */
  readonly approvedForSession: Set<string>
}

const EVERY_EFFECT: readonly Effect[] = [
  'reads-files',
  'writes-files',
  'runs-commands',
  'network',
  'external',
]

const DEEDS: Readonly<Record<Effect, string>> = {
  'reads-files': 'reads files',
  'writes-files': 'writes files',
  'runs-commands': 'runs commands',
  network: 'uses the network',
  external: 'acts on the outside world',
}

export function effectsOf({ tool }: RegisteredTool): readonly Effect[] {
  return tool.effects ?? EVERY_EFFECT
}

/** Why this call has to be asked about; null when it may run. */
export function approvalReason(entry: RegisteredTool, input: unknown, policy: ApprovalPolicy): string | null {
  const { needsApproval } = entry.tool
  const asksItself = typeof needsApproval === 'function' ? needsApproval(input) : (needsApproval ?? false)
  if (asksItself) return `${entry.directName} asks before it runs.`
  if (policy !== 'untrusted') return null
  const effects = effectsOf(entry).filter((effect) => effect !== 'reads-files')
  if (effects.length === 0) return null
  return `Under the policy untrusted, ${entry.directName} is asked about: it ${effects.map((effect) => DEEDS[effect]).join(', ')}.`
}

/**
 * Let a call pass, or say why not.
 *
 * @throws {ApprovalDeniedError} The policy forbids asking, or the answer was no.
 */
export async function passApproval(
  entry: RegisteredTool,
  request: Omit<ApprovalRequest, 'effects' | 'reason' | 'tool'>,
  gate: ApprovalGate,
  signal: AbortSignal,
): Promise<void> {
  const reason = approvalReason(entry, request.input, gate.policy)
  if (reason === null || gate.approvedForSession.has(entry.directName)) return
  if (gate.policy === 'never') {
    throw new ApprovalDeniedError(
      `${entry.directName} was not run: it needs a person's approval, and approvalPolicy is never. Go on without it.`,
    )
  }

  const decision = await ask(
    gate,
    { ...request, tool: entry.directName, effects: [...effectsOf(entry)], reason },
    signal,
  )
  switch (decision.decision) {
    case 'approved':
      return
    case 'approved-for-session':
      gate.approvedForSession.add(entry.directName)
      return
    case 'denied':
      throw new ApprovalDeniedError(
        `${entry.directName} was not run: it was denied${because(decision.reason)}.`,
      )
    case 'abort':
      throw new ApprovalDeniedError(
        `${entry.directName} was not run: the turn was ended${because(decision.reason)}.`,
        true,
      )
  }
}

/** A host whose answer fails has not said yes. */
async function ask(
  gate: ApprovalGate,
  request: ApprovalRequest,
  signal: AbortSignal,
): Promise<ApprovalDecision> {
  try {
    return await gate.ask(request, { signal })
  } catch (error) {
    signal.throwIfAborted()
    return { decision: 'denied', reason: `the answer failed: ${messageOf(error)}` }
  }
}

const because = (reason: string | undefined) => (reason === undefined ? '' : `: ${reason}`)
