/** What a tool knows of one call before it runs: whether it may, must be asked about, or may not. */

import type { Workspace } from '../platform/workspace.ts'
import type { ApprovalPolicy } from '../protocol/modes.ts'
import type { CommandRules } from './command-rules.ts'

/** What holds where a call is assessed. */
export interface AssessmentContext {
  readonly workspace: Workspace
  readonly policy: ApprovalPolicy
  /** The host's, with those a person agreed to in this session. */
  readonly rules: CommandRules
}

/** A call that leaves the sandbox, and the roots, behind. */
interface Confinement {
  /** Whether it runs without the sandbox and without limits to its paths; default no. */
  readonly unconfined?: boolean
}

/** A question that a person has to answer before the call runs. */
export interface AssessedQuestion extends Confinement {
  readonly verdict: 'ask'
  /** A sentence for a person. */
  readonly reason: string
  /** What `approved-for-session` lets pass from then on: later calls whose keys were all let pass are not asked about. */
  readonly sessionKeys?: readonly string[]
  /** The model's own words, for why it should be allowed. */
  readonly justification?: string
  /** Words that a command may begin with from now on, if a person agrees to that too. */
  readonly prefixRule?: readonly string[]
}

export type Assessment =
  | ({ readonly verdict: 'allow' } & Confinement)
  | AssessedQuestion
  /** The model reads `message`; nobody is asked. */
  | { readonly verdict: 'forbid'; readonly message: string }
