/** What a script read of time or chance, written down for a later run to see again. */

import { randomBytes } from 'node:crypto'
import { OptionError } from '../protocol/errors.ts'
import type { ClockRead } from './guest/samples.ts'

/**
 * What a script read from its clock, in order: milliseconds since 1970, each with how often in a row it was read.
 *
 * `Date.now()`, `new Date()`, `Date()` and `performance.now()` read one and the same clock. The first read is the start
 * of the script. After 10,000 different values a script's reads are no longer told.
 */
export type ClockSamples = readonly ClockRead[]

export interface ScriptReplay {
  /** What Math.random starts from. */
  readonly seed: string
  /** The nth read sees the nth of these; later reads see the time that it is, but never an earlier one. */
  readonly clock: ClockSamples
}

/** To replay a run: its seed, and all its `clock` one after the other. */
export type ScriptSamples = ScriptReplay

/** The replay that was asked for, or a new beginning. @throws {OptionError} */
export function resolveReplay(replay: ScriptReplay | undefined): ScriptReplay {
  if (replay === undefined) return { seed: randomBytes(16).toString('hex'), clock: [] }
  if (typeof replay.seed !== 'string') throw new OptionError('replay.seed', 'must be a string.')
  if (!Array.isArray(replay.clock) || !replay.clock.every(isRead)) {
    throw new OptionError('replay.clock', 'must be an array of [milliseconds, number of reads].')
  }
  return replay
}

function isRead(read: unknown): boolean {
  if (!Array.isArray(read) || read.length !== 2) return false
  const [timeMs, reads] = read
  return Number.isFinite(timeMs) && Number.isInteger(reads) && reads > 0
}
