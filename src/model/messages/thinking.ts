/** How a model is asked to think. */

import { OptionError } from '../../protocol/errors.ts'
import type { ReasoningEffort } from '../../protocol/modes.ts'
import type { ModelRequest } from '../model-client.ts'
import type { MessagesProfile } from './profile.ts'
import type { Effort, Thinking } from './wire.ts'

/** The least budget that the wire API takes. */
const BUDGET_TOKENS_MIN = 1024

const EFFORTS: Readonly<Record<Exclude<ReasoningEffort, 'none'>, Effort>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'max',
  ultra: 'max',
  persistent: 'max',
}

const BUDGETS: Readonly<Record<Exclude<ReasoningEffort, 'none'>, number>> = {
  minimal: BUDGET_TOKENS_MIN,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 31_999,
  ultra: 31_999,
  persistent: 31_999,
}

export interface ThinkingPlan {
  /** Undefined: the model does what it does unasked. */
  readonly thinking?: Thinking
  readonly effort?: Effort
}

/**
 * What a request says about thinking.
 *
 * A request that names no effort says nothing: which ways of thinking a model takes differs from model to model, and
 * each has one that it takes unasked.
 *
 * @throws {OptionError} A temperature where none is taken.
 */
export function planThinking(
  { reasoning, temperature }: ModelRequest,
  provider: string,
  profile: MessagesProfile,
  outputTokensMax: number,
): ThinkingPlan {
  const plan = planFor(reasoning?.effort, profile, outputTokensMax)
  if (temperature === undefined) return plan
  if (!profile.takesTemperature) {
    throw new OptionError(
      'temperature',
      `${provider} takes none under anthropic-version ${profile.version}. Leave it out, or set ` +
        `providers.${provider}.headers['anthropic-version'] to 2023-06-01.`,
    )
  }
  if (plan.thinking?.type === 'enabled' && temperature !== 1) {
    throw new OptionError(
      'temperature',
      `${provider} takes none but 1 while the model thinks. Leave one of them out.`,
    )
  }
  return plan
}

function planFor(
  effort: ReasoningEffort | undefined,
  profile: MessagesProfile,
  outputTokensMax: number,
): ThinkingPlan {
  if (effort === undefined) return {}
  if (effort === 'none') return { thinking: { type: 'disabled' } }
  if (profile.thinking === 'adaptive') {
    return { thinking: { type: 'adaptive', display: 'summarized' }, effort: EFFORTS[effort] }
  }
  // Thinking and answer share the bound on the output: half of it stays for the answer.
  const budget = Math.min(BUDGETS[effort], Math.floor(outputTokensMax / 2))
  if (budget < BUDGET_TOKENS_MIN) return { thinking: { type: 'disabled' } }
  return { thinking: { type: 'enabled', budget_tokens: budget } }
}
