/** Ids that no two items of a test share. */

export interface Ids {
  /** An id such as `msg_4f0c91d2_1`. */
  next(prefix: string): string
  /** The id of a call: the one named, or a new one. It is remembered as sent. */
  call(named: string | undefined): string
}

/**
 * @param seed Told apart by it, since a thread may meet several providers.
 * @param sentCallIds Where the ids of calls are remembered.
 */
export function countingIds(seed: string, sentCallIds: Set<string>): Ids {
  const counts = new Map<string, number>()

  const next = (prefix: string): string => {
    const number = (counts.get(prefix) ?? 0) + 1
    counts.set(prefix, number)
    return `${prefix}_${seed}_${number}`
  }
  const call = (named: string | undefined): string => {
    const id = named ?? next('call')
    sentCallIds.add(id)
    return id
  }
  return { next, call }
}
