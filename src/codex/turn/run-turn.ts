/** The loop: ask the model, run what it asks for, until it asks for nothing more. */

import { costUsdOf } from '../../model/cost.ts'
import { ContextOverflowError } from '../../model/errors.ts'
import { ModelError } from '../../protocol/errors.ts'
import type { ResponseItem } from '../../protocol/response-item.ts'
import type { Usage } from '../../protocol/usage.ts'
import { hostHook } from '../../tools/host-hook.ts'
import { TurnStop } from './active-turn.ts'
import { needsCost } from './cost-limit.ts'
import { type ResponseCost, runStep, type StepResult } from './run-step.ts'
import type { TurnScope } from './turn-scope.ts'
import { addUsage } from './usage.ts'

/** The steps that a turn may take unless the host says otherwise. */
const STEPS_MAX = 200

/** Counted while the turn goes, so that a turn that fails can say what it cost. */
export interface TurnTally {
  steps: number
  /** The slug of the model that gave the last response. */
  model?: string
  usage: Usage | null
  /** Whether a part of the usage is an estimate: of a response that did not come to its end. */
  isEstimated: boolean
  /** US dollars; undefined once a response had no known cost. */
  costUsd: number | undefined
  /** US dollars at least: what is known of the cost. */
  knownCostUsd: number
}

export function newTally(): TurnTally {
  return { steps: 0, usage: null, isEstimated: false, costUsd: 0, knownCostUsd: 0 }
}

/**
 * Carry a turn to its end.
 *
 * @throws {ModelError} A provider failed beyond retrying. @throws {TurnStop} The turn was stopped, or a limit reached.
 */
export async function runTurn(scope: TurnScope, tally: TurnTally): Promise<void> {
  const stepsMax = scope.limits.stepsMax ?? STEPS_MAX
  let canCompact = true
  for (;;) {
    if (tally.steps >= stepsMax) throw limitReached('stepsMax', stepsMax)
    if (canCompact && scope.isFull()) canCompact = await makeRoom(scope, tally)
    tally.steps += 1
    const span = scope.tracer.startSpan(`chat ${scope.model.request.model}`, {
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': scope.model.request.model },
    })
    try {
      const step = await runFittingStep(scope, tally)
      tally.model = scope.model.slug
      countCost(tally, step.costUsd)
      if (step.usage !== null) {
        count(tally, step.usage)
        scope.noteUsage(step.usage)
        span.setAttribute('gen_ai.usage.input_tokens', step.usage.input_tokens)
        span.setAttribute('gen_ai.usage.output_tokens', step.usage.output_tokens)
      }
      const response = { turnId: scope.turnId, step: tally.steps, items: step.items }
      await hostHook(scope.hooks.afterResponse?.(response), scope.turn.signal)
      scope.turn.signal.throwIfAborted()

      const added = step.goesOn ? await scope.steered() : await lastWords(scope)
      scope.record(added)
      if (!step.goesOn && added.length === 0) return
      needsCost(scope.model, scope.limits, step.costUsd)
    } finally {
      span.end()
    }
    checkTokens(scope, tally)
    checkCost(scope, tally)
  }
}

/** What the model has to read before the turn may end; nothing where it ends, and then takes in nothing more. */
async function lastWords(scope: TurnScope): Promise<readonly ResponseItem[]> {
  do {
    const steered = await scope.steered()
    const added = steered.length > 0 ? steered : await scope.beforeEnd()
    if (added.length > 0) return added
    // A program that looks at the end takes its time, and somebody may have spoken meanwhile.
  } while (!scope.turn.closeInput())
  return []
}

/** A step; where the provider says that it is too long, once more after the conversation was compacted. */
async function runFittingStep(scope: TurnScope, tally: TurnTally): Promise<StepResult> {
  const lose = ({ usage, costUsd, isEstimated }: ResponseCost) => {
    count(tally, usage)
    countCost(tally, costUsd)
    const { price } = scope.model.request
    if (costUsd === undefined && price !== undefined) tally.knownCostUsd += costUsdOf(usage, price)
    tally.isEstimated ||= isEstimated
  }
  try {
    return await runStep(scope, tally.steps, lose)
  } catch (error) {
    if (!(error instanceof ContextOverflowError) || !(await makeRoom(scope, tally))) throw error
    return await runStep(scope, tally.steps, lose)
  }
}

/** A conversation that cannot be compacted stays as it is, and the turn goes on as long as the provider takes it. */
async function makeRoom(scope: TurnScope, tally: TurnTally): Promise<boolean> {
  try {
    await scope.compact(tally)
    return true
  } catch (error) {
    if (scope.turn.signal.aborted || !(error instanceof ModelError)) throw error
    scope.turn.emit({
      type: 'error',
      message: `The conversation could not be compacted, and stays as it is: ${error.message}`,
    })
    return false
  }
}

export function count(tally: TurnTally, usage: Usage): void {
  tally.usage = tally.usage === null ? usage : addUsage(tally.usage, usage)
}

/** A sum of some of the costs would pass for all of them. */
export function countCost(tally: TurnTally, costUsd: number | undefined): void {
  tally.knownCostUsd += costUsd ?? 0
  tally.costUsd = tally.costUsd === undefined || costUsd === undefined ? undefined : tally.costUsd + costUsd
}

function checkTokens(scope: TurnScope, { usage }: TurnTally): void {
  const { tokensMax } = scope.limits
  if (tokensMax === undefined || usage === null) return
  if (usage.input_tokens + usage.output_tokens >= tokensMax) throw limitReached('tokensMax', tokensMax)
}

function checkCost({ limits: { costUsdMax } }: TurnScope, { knownCostUsd }: TurnTally): void {
  if (costUsdMax !== undefined && knownCostUsd >= costUsdMax) throw limitReached('costUsdMax', costUsdMax)
}

const limitReached = (name: string, value: number) => new TurnStop('limit', { limit: { name, value } })
