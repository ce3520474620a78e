/** Finds in a thread's records what its history holds. */

import type { ResponseItem } from '../protocol/response-item.ts'
import type { ThreadRecord } from '../protocol/thread-record.ts'

/**
 * The items that a thread's history held after its last record: the newest compaction's, and all that came after it.
 *
 * @param options `throughTurn`: stop behind the end of that turn, as for a fork.
 * @returns Null where `throughTurn` names no turn that ended.
 */
export function replay(
  records: readonly ThreadRecord[],
  options: { readonly throughTurn?: string } = {},
): ResponseItem[] | null {
  const { throughTurn } = options
  let items: ResponseItem[] = []

  for (const record of records) {
    if (record.type === 'response_item') items.push(record.item)
    else if (record.type === 'compacted') items = [...record.items]
    else if (record.type === 'turn_ended' && record.turnId === throughTurn) return items
  }
  return throughTurn === undefined ? items : null
}
