/** The journal of a script's calls: what a replay finds again was written down here. */

import { createHash } from 'node:crypto'
import type { ScriptCall } from '../../harness/index.ts'
import { encodeTagged } from '../../harness/tagged-json.ts'
import { messageOf } from '../../protocol/errors.ts'
import type { ThreadRecord } from '../../protocol/thread-record.ts'
import type { Redactor } from '../../std/redact.ts'
import { outcomeUnknown, type RecordedScript } from './recorded-script.ts'

export interface ScriptJournal {
  readonly turnId: string
  /** The call of the script itself. */
  readonly scriptCallId: string
  readonly redactor: Redactor
  /** What was written down of the same script by a process that is gone. */
  readonly recorded: RecordedScript | undefined
  /** Whether a call whose outcome is unknown may be made again: it changes nothing, or it had not begun. */
  readonly mayRepeat: (path: string, callId: string) => boolean
  /** Bytes of JSON that a script takes from one call. */
  readonly resultBytesMax: number
  /** What the script gets in the place of more. @throws {ToolError} */
  readonly keepLarge: (result: unknown, json: string, bytesMax: number) => Promise<unknown>
  /** Resolves when the record is kept. */
  readonly add: (record: ThreadRecord) => Promise<void>
}

/**
 * The result of a call: made now and written down, or found.
 *
 * @throws What the call throws, or threw. {ScriptStopError} It was at work when its process ended.
 */
export async function journalled(
  journal: ScriptJournal,
  { callId, path, signal }: Pick<ScriptCall, 'callId' | 'path' | 'signal'>,
  args: readonly unknown[],
  body: () => Promise<unknown>,
): Promise<unknown> {
  const { turnId, scriptCallId, recorded } = journal
  const { text } = encodeTagged(args, `tools.${path} argument`)
  // As it is kept, so that it is found by the same key.
  const kept = journal.redactor.redact(text)
  const argumentsKey = createHash('sha256').update(kept).digest('base64url').slice(0, 22)
  const before = recorded?.take(path, argumentsKey, signal)
  if (before?.state === 'ended') return await before.settle()
  if (before?.state === 'unknown' && !journal.mayRepeat(path, before.callId)) throw outcomeUnknown(path)

  await journal.add({
    type: 'script_call_started',
    turnId,
    scriptCallId,
    callId,
    path,
    input: parsed(kept),
    argumentsKey,
  })
  try {
    const { result, encoded } = await withinLimit(journal, path, await body())
    await journal.add({
      type: 'script_call_ended',
      scriptCallId,
      callId,
      status: 'done',
      result: JSON.parse(encoded.text),
      ...(encoded.tagged && { isTagged: true }),
    })
    return result
  } catch (error) {
    await journal.add({
      type: 'script_call_ended',
      scriptCallId,
      callId,
      status: signal.aborted ? 'aborted' : 'failed',
      result: null,
      error: { name: error instanceof Error ? error.name : 'Error', message: messageOf(error) },
    })
    throw error
  }
}

async function withinLimit({ resultBytesMax, keepLarge }: ScriptJournal, path: string, result: unknown) {
  const name = `tools.${path} result`
  const encoded = encodeTagged(result, name)
  // A character is three bytes of UTF-8 at most.
  const isSmall =
    encoded.text.length * 3 <= resultBytesMax || Buffer.byteLength(encoded.text) <= resultBytesMax
  if (isSmall) return { result, encoded }
  const instead = await keepLarge(result, encoded.text, resultBytesMax)
  return { result: instead, encoded: encodeTagged(instead, name) }
}

/** What a redaction left of JSON need be none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
