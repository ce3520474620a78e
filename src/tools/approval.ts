/** When a call has to be allowed first, and by whom. */

import type { Workspace } from '../platform/workspace.ts'
import type { ApprovalDecision, ApprovalRequest } from '../protocol/approval.ts'
import { messageOf } from '../protocol/errors.ts'
import type { ApprovalPolicy, Effect } from '../protocol/modes.ts'
import type { AssessedQuestion, Assessment, AssessmentContext } from './assessment.ts'
import type { CommandRules, PrefixRule } from './command-rules.ts'
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
  /** The host's rules for commands. */
  readonly rules: CommandRules
  /** What this session was told not to ask about again. */
  readonly session: SessionApprovals
}

/** What a person agreed to for as long as the session lives. */
export class SessionApprovals {
  readonly #keys = new Set<string>()
  readonly #rules: PrefixRule[] = []

  covers(keys: readonly string[]): boolean {
    return keys.length > 0 && keys.every((key) => this.#keys.has(key))
  }

  add(keys: readonly string[], prefixRule: readonly string[] | undefined): void {
    for (const key of keys) this.#keys.add(key)
    if (prefixRule !== undefined && prefixRule.length > 0) {
      this.#rules.push({ pattern: [...prefixRule], decision: 'allow' })
    }
  }

  /** The host's rules with those of the session. */
  rulesWith(rules: CommandRules): CommandRules {
    if (this.#rules.length === 0) return rules
    return { ...rules, prefixRules: [...(rules.prefixRules ?? []), ...this.#rules] }
  }
}

/** How a call that may run is to run. */
export interface Passage {
  readonly unconfined: boolean
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

/** What the policy makes of a call, from what its tool says of itself. */
export async function assessCall(
  entry: RegisteredTool,
  input: unknown,
  context: AssessmentContext,
): Promise<Assessment> {
  const { needsApproval, assess } = entry.tool
  const assessment = (await assess?.(input, context)) ?? assessEffects(entry, context.policy)
  if (!asksItself(entry, needsApproval, input) || assessment.verdict !== 'allow') return assessment
  return { ...assessment, verdict: 'ask', reason: `${entry.directName} asks before it runs.` }
}

function asksItself(
  { directName }: RegisteredTool,
  needsApproval: RegisteredTool['tool']['needsApproval'],
  input: unknown,
): boolean {
  if (typeof needsApproval !== 'function') return needsApproval ?? false
  try {
    return needsApproval(input)
  } catch (error) {
    throw new ApprovalDeniedError(
      `${directName} was not run: whether a person has to be asked could not be decided (${messageOf(error)}).`,
    )
  }
}

function assessEffects(entry: RegisteredTool, policy: ApprovalPolicy): Assessment {
  const effects = effectsOf(entry).filter((effect) => effect !== 'reads-files')
  if (policy !== 'untrusted' || effects.length === 0) return { verdict: 'allow' }
  const deeds = effects.map((effect) => DEEDS[effect]).join(', ')
  return {
    verdict: 'ask',
    reason: `Under the policy untrusted, ${entry.directName} is asked about: it ${deeds}.`,
  }
}

/**
 * Let a call pass, or say why not.
 *
 * @param input As the tool will get it; `request` shows it as JSON.
 * @throws {ApprovalDeniedError} It is forbidden, the policy forbids asking, or the answer was no.
 */
export async function passApproval(
  entry: RegisteredTool,
  input: unknown,
  request: CallToApprove,
  gate: ApprovalGate,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<Passage> {
  const rules = gate.session.rulesWith(gate.rules)
  const assessment = await assessCall(entry, input, { workspace, policy: gate.policy, rules })
  switch (assessment.verdict) {
    case 'forbid':
      throw new ApprovalDeniedError(assessment.message)
    case 'allow':
      return { unconfined: assessment.unconfined ?? false }
    case 'ask':
      return await passQuestion(entry, request, assessment, gate, signal)
  }
}

/** The part of a question that the call itself knows. */
export type CallToApprove = Pick<
  ApprovalRequest,
  'id' | 'threadId' | 'turnId' | 'callId' | 'input' | 'workingDirectory' | 'sandboxMode'
>

/** @throws {ApprovalDeniedError} */
export async function passQuestion(
  entry: RegisteredTool,
  request: CallToApprove,
  question: Omit<AssessedQuestion, 'verdict'>,
  gate: ApprovalGate,
  signal: AbortSignal,
): Promise<Passage> {
  const { directName } = entry
  const { reason, sessionKeys = [directName], unconfined = false, justification, prefixRule } = question
  if (gate.session.covers(sessionKeys)) return { unconfined }
  if (gate.policy === 'never') {
    throw new ApprovalDeniedError(
      `${directName} was not run: it needs a person's approval, and approvalPolicy is never. Go on without it.`,
    )
  }
  const decision = await ask(
    gate,
    {
      ...request,
      tool: directName,
      effects: [...effectsOf(entry)],
      reason,
      ...(unconfined && { unconfined }),
      ...(justification !== undefined && { justification }),
      ...(prefixRule !== undefined && { prefixRule: [...prefixRule] }),
    },
    signal,
  )
  switch (decision.decision) {
    case 'approved':
      return { unconfined }
    case 'approved-for-session':
      gate.session.add(sessionKeys, decision.prefixRule)
      return { unconfined }
    case 'denied':
      throw new ApprovalDeniedError(`${directName} was not run: it was denied${because(decision.reason)}.`)
    case 'abort':
      throw new ApprovalDeniedError(
        `${directName} was not run: the turn was ended${because(decision.reason)}.`,
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
