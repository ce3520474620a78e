/** The rules for the pairing of calls and outputs, which all wire APIs share. */

import { isFilledString } from './json.ts'
import { ID_LENGTH_MAX, type Report } from './rules.ts'

/** A call or an output, in the order of the conversation. */
export interface PairedItem {
  readonly role: 'call' | 'output'
  /** Only an output of the same kind answers a call. */
  readonly kind: 'function' | 'custom'
  readonly callId: unknown
  /** Of the call, for the message. */
  readonly name?: unknown
  /** Where the id stands. */
  readonly at: string
}

/** Each call has one output, behind it; each output answers a call; no two calls share an id. */
export function checkPairs(items: readonly PairedItem[], report: Report): void {
  const callIds = new Set(items.filter(({ role }) => role === 'call').map(({ callId }) => callId))
  const open = new Map<string, PairedItem>()
  const seen = new Set<string>()
  const answered = new Set<string>()

  for (const item of items) {
    const { callId, at } = item
    if (!isFilledString(callId) || callId.length > ID_LENGTH_MAX) {
      report('id', at, `the id of a call is a string of 1 to ${ID_LENGTH_MAX} characters`)
    } else if (item.role === 'call') {
      if (seen.has(callId)) report('unique-ids', at, `two calls have the id ${callId}`)
      seen.add(callId)
      open.set(callId, item)
    } else if (answered.has(callId)) {
      report('one-output-per-call', at, `the call ${callId} has two outputs`)
    } else {
      const call = open.get(callId)
      if (call !== undefined && call.kind === item.kind) {
        open.delete(callId)
        answered.add(callId)
      } else {
        reportLoneOutput(item, callId, call, callIds.has(callId), report)
      }
    }
  }
  for (const [callId, { at, name }] of open) {
    report('call-has-output', at, `the call ${callId} of ${String(name)} has no output`)
  }
}

function reportLoneOutput(
  output: PairedItem,
  callId: string,
  call: PairedItem | undefined,
  hasLaterCall: boolean,
  report: Report,
): void {
  if (call !== undefined) {
    report('output-has-call', output.at, `a ${output.kind} output answers the ${call.kind} call ${callId}`)
  } else if (hasLaterCall) {
    report('output-after-call', output.at, `the output stands before its call ${callId}`)
  } else {
    report('output-has-call', output.at, `there is no call ${callId} for this output`)
  }
}

/** No id comes twice. @param ids Each with the place where it stands. */
export function checkUniqueIds(
  ids: readonly { readonly id: unknown; readonly at: string }[],
  report: Report,
): void {
  const seen = new Set<unknown>()
  for (const { id, at } of ids) {
    if (id === undefined || id === null) continue
    if (seen.has(id)) report('unique-ids', at, `two items have the id ${String(id)}`)
    seen.add(id)
  }
}
