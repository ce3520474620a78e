/** Questions about calls that wait for a person. */

import type { Log } from '../observability/log.ts'
import type { ApprovalDecision, ApprovalRequest } from '../protocol/approval.ts'
import { UnknownApprovalError } from './errors.ts'
import type { Approve } from './options/options.ts'

const ALIVE_MS = 60_000

interface Pending {
  readonly request: ApprovalRequest
  readonly resolve: (decision: ApprovalDecision) => void
}

/**
 * The open questions of one thread.
 *
 * A host answers through its `approve` callback, or later through `answer`; the first answer counts.
 */
export class Approvals {
  readonly #pending = new Map<string, Pending>()
  readonly #approve: Approve | undefined
  readonly #log: Log

  constructor(approve: Approve | undefined, log: Log) {
    this.#approve = approve
    this.#log = log
  }

  get requests(): ApprovalRequest[] {
    return [...this.#pending.values()].map(({ request }) => request)
  }

  has(id: string): boolean {
    return this.#pending.has(id)
  }

  /** Rejects with the signal's reason when it is aborted first. */
  async ask(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalDecision> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<ApprovalDecision>()
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    // A promise alone would let the host's process end before anybody has answered.
    const alive = setInterval(() => {}, ALIVE_MS)
    this.#pending.set(request.id, { request, resolve })
    // A callback that throws settles the question too: dispatch takes a failed answer for a no.
    if (this.#approve !== undefined) this.#callback(this.#approve, request, signal).then(resolve, reject)
    try {
      return await promise
    } finally {
      clearInterval(alive)
      this.#pending.delete(request.id)
      signal.removeEventListener('abort', stop)
    }
  }

  /** @throws {UnknownApprovalError} */
  answer(id: string, decision: ApprovalDecision): void {
    const pending = this.#pending.get(id)
    if (pending === undefined) throw new UnknownApprovalError(id)
    pending.resolve(cleanDecision(decision))
  }

  async #callback(
    approve: Approve,
    request: ApprovalRequest,
    signal: AbortSignal,
  ): Promise<ApprovalDecision> {
    const decision = await approve(request, { signal })
    if (isDecision(decision)) return cleanDecision(decision)
    this.#log.warn('approve() gave no decision, which counts as no. Give { decision: ... }.', {
      tool: request.tool,
    })
    return { decision: 'denied', reason: 'approve() gave no decision' }
  }
}

export const DECISIONS = ['approved', 'approved-for-session', 'denied', 'abort'] as const

/** Whether a host's answer is one. */
export function isDecision(answer: unknown): answer is ApprovalDecision {
  if (typeof answer !== 'object' || answer === null || !('decision' in answer)) return false
  return DECISIONS.some((word) => word === answer.decision)
}

/** Of a host's answer, what an answer is: it goes into the thread's file. */
export function cleanDecision(answer: ApprovalDecision): ApprovalDecision {
  switch (answer.decision) {
    case 'approved':
      return { decision: 'approved' }
    case 'approved-for-session': {
      const { prefixRule } = answer
      return isWords(prefixRule)
        ? { decision: 'approved-for-session', prefixRule: [...prefixRule] }
        : { decision: 'approved-for-session' }
    }
    default: {
      const { decision, reason } = answer
      return typeof reason === 'string' ? { decision, reason } : { decision }
    }
  }
}

function isWords(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string')
}
