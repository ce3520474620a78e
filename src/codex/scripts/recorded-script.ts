/** What is written down of a script that was cut off, as its replay meets it again. */

import { ScriptStopError } from '../../harness/errors.ts'
import type { ClockSamples, ScriptReplay } from '../../harness/index.ts'
import { reviveTagged } from '../../harness/tagged-json.ts'
import { ToolError } from '../../protocol/errors.ts'
import type { OpenTurn } from '../turn/open-turn.ts'

type RecordedCall = OpenTurn['scriptCalls'][number]

/** What becomes of a call that a replay makes. */
export type ReplayedCall =
  /** It ended in the process that is gone, and is not made again. */
  | { readonly state: 'ended'; readonly settle: () => Promise<unknown> }
  /** It was started there, and nobody knows how far it came. */
  | { readonly state: 'unknown'; readonly callId: string }
  /** It was not made there. */
  | { readonly state: 'new' }

/** The calls of one script, found by path, arguments and occurrence, so that the order of parallel calls does not matter. */
export class RecordedScript {
  readonly replay: ScriptReplay | undefined
  readonly #calls = new Map<string, RecordedCall[]>()

  constructor(scriptCallId: string, open: OpenTurn) {
    const samples = open.samples.filter((record) => record.scriptCallId === scriptCallId)
    const [first] = samples
    const clock: ClockSamples = samples.flatMap((record) => record.clock)
    this.replay = first === undefined ? undefined : { seed: first.seed, clock }
    for (const call of open.scriptCalls) {
      if (call.started.scriptCallId !== scriptCallId) continue
      const { path, argumentsKey = '' } = call.started
      const key = keyOf(path, argumentsKey)
      const same = this.#calls.get(key)
      if (same === undefined) this.#calls.set(key, [call])
      else same.push(call)
    }
  }

  /** @param signal Of the replay's call: one that was aborted before stays open until this one is, too. */
  take(path: string, argumentsKey: string, signal: AbortSignal): ReplayedCall {
    const call = this.#calls.get(keyOf(path, argumentsKey))?.shift()
    if (call === undefined) return { state: 'new' }
    const { started, ended } = call
    if (ended === undefined) return { state: 'unknown', callId: started.callId }
    return { state: 'ended', settle: () => outcomeOf(ended, signal) }
  }
}

/** The script ends here, and nothing in it can prevent that: it would build on what nobody knows. */
export function outcomeUnknown(path: string): ScriptStopError {
  return new ScriptStopError({
    message:
      `The process ended while tools.${path} was at work, and whether that took effect is not known. The script was ` +
      'replayed up to there and stopped. Look before you call it again.',
  })
}

async function outcomeOf(ended: NonNullable<RecordedCall['ended']>, signal: AbortSignal): Promise<unknown> {
  if (ended.status === 'done') return reviveTagged(ended.result, ended.isTagged ?? false)
  if (ended.status === 'aborted') await untilAborted(signal)
  throw recordedError(ended.error)
}

/** As the script saw it: a name and a message. */
export function recordedError(error: { readonly name: string; readonly message: string } | undefined): Error {
  const again = new ToolError(error?.message ?? 'The call failed.')
  Object.defineProperty(again, 'name', { value: error?.name ?? 'Error' })
  return again
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

const keyOf = (path: string, argumentsKey: string) => `${path} ${argumentsKey}`
