/** The base instructions of a turn. */

import { baseInstructions } from '../../context/index.ts'
import type { TurnPlan } from './turn-plan.ts'
import type { ScriptCarrier } from './turn-scope.ts'

/** The same bytes in every request of the thread, as long as its tools and its tool mode stay. */
export function turnInstructions(plan: TurnPlan, carrier: ScriptCarrier | null): string {
  const base = baseInstructions(plan.toolMode)
  return carrier?.text === undefined ? base : `${base}\n\n${carrier.text.instructions}`
}
