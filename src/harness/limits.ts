/** What one script may use. */

import { OptionError } from '../protocol/errors.ts'

export interface ScriptLimits {
  /** Milliseconds from start to end, without the time in which a person is asked. */
  readonly wallMs: number
  /** Milliseconds in which the script itself runs. */
  readonly cpuMs: number
  /** Questions the engine asks while it interprets; one is about 5,000 turns of a loop, whatever the machine. */
  readonly ticksMax: number
  /** Bytes of the script's heap. */
  readonly memoryBytesMax: number
  /** Bytes of the engine's stack. A run may ask for less than its engine, not for more. */
  readonly stackBytesMax: number
  readonly sourceBytesMax: number
  readonly callsMax: number
  /** Calls under way at a time; further ones wait. */
  readonly concurrentCallsMax: number
  /** Bytes of JSON of one call's arguments. */
  readonly argumentBytesMax: number
  /** Bytes of JSON of what one call gives. */
  readonly callResultBytesMax: number
  /**
   * Bytes of JSON of the returned value; apart from it, as much for text and stored values together. Images count by
   * themselves: four times what one call may give.
   */
  readonly resultBytesMax: number
  /** Characters of console lines, of which there are at most 200. */
  readonly consoleBytesMax: number
  /** Detached tasks. */
  readonly tasksMax: number
}

const KIB = 1024
const MIB = 1024 * KIB

export const DEFAULT_LIMITS: ScriptLimits = {
  wallMs: 60_000,
  cpuMs: 5_000,
  ticksMax: 100_000,
  memoryBytesMax: 64 * MIB,
  stackBytesMax: 256 * KIB,
  sourceBytesMax: 256 * KIB,
  callsMax: 1_000,
  concurrentCallsMax: 32,
  argumentBytesMax: MIB,
  callResultBytesMax: 4 * MIB,
  resultBytesMax: 256 * KIB,
  consoleBytesMax: 64 * KIB,
  tasksMax: 16,
}

/** Lines of console that one script may write. */
export const CONSOLE_LINES_MAX = 200

interface Bounds {
  readonly min: number
  readonly max: number
}

// The engine addresses 2 GiB, of which it takes 16 MiB for itself; beyond 1 MiB of its stack, the thread's own ends first.
const BOUNDS: { readonly [Name in keyof ScriptLimits]: Bounds } = {
  wallMs: { min: 1, max: 2 ** 31 - 1 },
  cpuMs: { min: 1, max: 2 ** 31 - 1 },
  ticksMax: { min: 1, max: Number.MAX_SAFE_INTEGER },
  memoryBytesMax: { min: MIB, max: 2032 * MIB },
  stackBytesMax: { min: 64 * KIB, max: MIB },
  sourceBytesMax: { min: 1, max: 16 * MIB },
  callsMax: { min: 0, max: 1_000_000 },
  concurrentCallsMax: { min: 1, max: 10_000 },
  argumentBytesMax: { min: 16, max: 256 * MIB },
  callResultBytesMax: { min: 16, max: 256 * MIB },
  resultBytesMax: { min: 16, max: 256 * MIB },
  consoleBytesMax: { min: 0, max: 64 * MIB },
  tasksMax: { min: 0, max: 10_000 },
}

const isLimitName = (name: string): name is keyof ScriptLimits => Object.hasOwn(BOUNDS, name)

/**
 * `limits` over `base`.
 *
 * @throws {OptionError} An unknown name, or a value that is no whole number within its bounds.
 */
export function resolveLimits(limits: Partial<ScriptLimits> = {}, base = DEFAULT_LIMITS): ScriptLimits {
  const given: Record<string, number> = {}
  for (const [name, value] of Object.entries(limits)) {
    if (!isLimitName(name)) {
      throw new OptionError(
        `limits.${name}`,
        `there is no such limit; there are ${Object.keys(BOUNDS).join(', ')}.`,
      )
    }
    if (value === undefined) continue
    const { min, max } = BOUNDS[name]
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new OptionError(`limits.${name}`, `${String(value)} is no whole number from ${min} to ${max}.`)
    }
    given[name] = value
  }
  return { ...base, ...given }
}
