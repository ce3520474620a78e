/** The id of a call in the length that the Responses API takes. */

import { createHash } from 'node:crypto'

const LENGTH_MAX = 64
const HASH_LENGTH = 16

/** Other servers keep whole messages in theirs; what is cut gains a hash, so that no two become one. */
export function shortCallId(id: string): string {
  if (id.length <= LENGTH_MAX) return id
  const hash = createHash('sha256').update(id).digest('hex').slice(0, HASH_LENGTH)
  return `${id.slice(0, LENGTH_MAX - HASH_LENGTH - 1)}_${hash}`
}
