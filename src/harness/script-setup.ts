/** What a guest is told before its script starts. */

import { messageOf, OptionError } from '../protocol/errors.ts'
import type { GuestSetup } from './guest/prelude.ts'
import { CONSOLE_LINES_MAX, type ScriptLimits } from './limits.ts'
import type { ScriptRunSettings } from './script-engine.ts'
import type { ScriptReplay } from './script-replay.ts'
import { encodeTagged } from './tagged-json.ts'

/** Pictures come from calls, so what one call may give is the measure of them. */
const IMAGES_PER_CALL_RESULT = 4
/** All that is stored goes to each script of the thread, so one may not leave much more than a few could take. */
const STORED_PER_RESULT = 16

/**
 * @returns JSON of `GuestSetup`.
 * @throws {OptionError} A context that is no JSON.
 * @throws {ValueRefusedError} What is no data in `stored`.
 */
export function setupOf(
  { context = {}, stored, taskPrefix = `task-${crypto.randomUUID().slice(0, 8)}-` }: ScriptRunSettings,
  limits: ScriptLimits,
  { seed, clock }: ScriptReplay,
): string {
  const entries = [...(stored ?? [])].map(([key, value]) => {
    const { text, tagged } = encodeTagged(value, `stored ${key}`)
    return [key, tagged ? 1 : 0, text] as const
  })
  const setup: GuestSetup = {
    callsMax: limits.callsMax,
    tasksMax: limits.tasksMax,
    taskPrefix,
    argumentChars: limits.argumentBytesMax,
    resultChars: limits.resultBytesMax,
    imageChars: IMAGES_PER_CALL_RESULT * limits.callResultBytesMax,
    consoleChars: limits.consoleBytesMax,
    consoleLines: CONSOLE_LINES_MAX,
    storedChars: STORED_PER_RESULT * limits.resultBytesMax,
    context,
    stored: entries,
    seed,
    clock,
  }
  try {
    return JSON.stringify(setup)
  } catch (error) {
    throw new OptionError('context', `must be JSON: ${messageOf(error)}`, { cause: error })
  }
}
