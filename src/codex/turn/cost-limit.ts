/** Whether a limit in money can be kept: only where it is known what the model costs. */

import { OptionError } from '../../protocol/errors.ts'
import { ModelChain } from '../model-chain.ts'
import type { TurnLimits } from '../options/options.ts'
import type { TurnModel } from './turn-scope.ts'

/**
 * Before a turn begins.
 *
 * @throws {OptionError} There is a limit and no price. Providers of Chat Completions may name the cost themselves; of them
 *   it is known after the first response.
 */
export function needsPrice(model: TurnModel, limits: TurnLimits | undefined): void {
  if (limits?.costUsdMax === undefined) return
  const { slug, client, request } = model
  if (request.price === undefined && client.wireApi !== 'chat') throw unknownPrice(slug)
  if (model instanceof ModelChain && model.unpriced !== undefined) throw unknownPrice(model.unpriced)
}

/** After a response that others follow. @throws {OptionError} There is a limit, and nobody said what this has cost. */
export function needsCost({ slug }: TurnModel, limits: TurnLimits, costUsd: number | undefined): void {
  if (limits.costUsdMax !== undefined && costUsd === undefined) throw unknownPrice(slug)
}

/** A limit that nobody can check would be none. */
function unknownPrice(slug: string): OptionError {
  return new OptionError(
    'limits.costUsdMax',
    `nobody knows what ${slug} costs. Set models[${JSON.stringify(slug)}].price, or use limits.tokensMax.`,
  )
}
