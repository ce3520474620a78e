/** Gives each call of a history an id of its own, where a provider used one twice. */

/** Ids that are taken, with a part that may still be given back. */
export interface UniqueIds {
  /** `id` itself where it is free, else `id-2`, `id-3`, …; the same claims in the same order give the same ids. */
  claim(id: string): string
  /** Keep what was claimed so far. */
  settle(): void
  /** Give back what was claimed since the last `settle`. */
  forget(): void
}

/** What providers take; one that is longer was made by a server that takes more. */
const LENGTH_MAX = 64

function numbered(id: string, number: number): string {
  const end = `-${number}`
  return (id.length > LENGTH_MAX ? id : id.slice(0, LENGTH_MAX - end.length)) + end
}

export function createUniqueIds(): UniqueIds {
  // An id that is taken stands here with the number to try next, so that a provider which calls
  // every call alike does not make each claim longer than the one before.
  const kept = new Map<string, number>()
  const recent = new Map<string, number>()
  const nextOf = (id: string) => recent.get(id) ?? kept.get(id)

  return {
    claim(id) {
      const wanted = id === '' ? 'call' : id
      let free = wanted
      let next = nextOf(wanted)
      if (next !== undefined) {
        while (nextOf(numbered(wanted, next)) !== undefined) next += 1
        free = numbered(wanted, next)
        recent.set(wanted, next + 1)
      }
      recent.set(free, 2)
      return free
    },
    settle() {
      for (const [id, next] of recent) kept.set(id, next)
      recent.clear()
    },
    forget() {
      recent.clear()
    },
  }
}
