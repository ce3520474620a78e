/** A line of a rollout file, as Codex writes it, with room for what Codex has no word for. */

import { isRecord, type JsonRecord, parseRecord } from '../../model/json-record.ts'

/** The name of what is ours: as a type, of a line that Codex passes over; as a field, of what belongs to Codex's line. */
export const OURS = 'codex_ts'

export interface RolloutLine {
  /** ISO 8601, UTC. */
  readonly timestamp: string
  readonly type: string
  readonly payload: JsonRecord
  readonly [OURS]?: JsonRecord
}

/** @returns What is wrong with it, in words that fit after "line 7: ", where it is no such line. */
export function parseLine(text: string): RolloutLine | string {
  const line = parseRecord(text)
  if (line === undefined) return 'it is not a JSON object'
  const { timestamp = '', type, payload } = line
  if (typeof type !== 'string') return 'it has no type'
  if (!isRecord(payload)) return `the ${type} has no payload`
  if (typeof timestamp !== 'string') return 'its timestamp is no text'
  const ours = line[OURS]
  return { timestamp, type, payload, ...(isRecord(ours) ? { [OURS]: ours } : {}) }
}
