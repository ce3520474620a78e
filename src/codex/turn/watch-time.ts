/** Stops a turn that takes too long. */

import { type ActiveTurn, TurnStop } from './active-turn.ts'

/** @returns To be cleared when the turn is over; undefined where it may take its time. */
export function watchTime(turn: ActiveTurn, wallMs: number | undefined): NodeJS.Timeout | undefined {
  if (wallMs === undefined) return undefined
  const stop = () => turn.stop(new TurnStop('limit', { limit: { name: 'wallMs', value: wallMs } }))
  return setTimeout(stop, wallMs)
}
