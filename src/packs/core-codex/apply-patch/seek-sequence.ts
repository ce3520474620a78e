/** Finds a run of lines in a file, first exactly and then with growing tolerance. */

import { trim, trimEnd } from './white-space.ts'

export interface LineSeeker {
  /**
   * Where `pattern` stands first, at `start` or after it. From call to call `start` never goes back.
   *
   * The whole rest of the file is tried at one strictness before the next: exact, spaces at the end ignored, spaces at
   * both ends ignored, typographic dashes, quotes and spaces taken for ASCII.
   *
   * @param options `only`: the one place that will do.
   * @returns Null when it is nowhere.
   */
  seek(pattern: readonly string[], start: number, options?: { readonly only?: number }): number | null
}

const FOLDS: readonly ((line: string) => string)[] = [(line) => line, trimEnd, trim, foldTypography]

/**
 * Lines are numbered by their content the first time a strictness is needed, so that no search reads the whole file.
 * Before that the first searches just look: for most patches that is all, and the numbering would take longer.
 */
export function createLineSeeker(lines: readonly string[]): LineSeeker {
  const [exact, ...loose] = FOLDS.map((fold) => lazily(() => indexLines(lines, fold)))
  let looksLeft = 2 * lines.length + 1_000

  /** The place, null where there is none, or undefined when looking took too long to know. */
  function look(pattern: readonly string[], start: number): number | null | undefined {
    const first = pattern[0]
    for (let at = start; at <= lines.length - pattern.length; at += 1) {
      if (looksLeft <= 0) return undefined
      looksLeft -= 1
      if (lines[at] !== first) continue
      let offset = 1
      while (offset < pattern.length && lines[at + offset] === pattern[offset]) offset += 1
      if (offset === pattern.length) return at
      looksLeft -= offset
    }
    return null
  }

  return {
    seek(pattern, start, { only } = {}) {
      if (pattern.length === 0) return start
      if (pattern.length > lines.length) return null
      if (only !== undefined) return standsAt(lines, pattern, only) ? only : null
      const seen = look(pattern, start)
      const found = seen === undefined ? exact?.().find(pattern, start) : seen
      if (typeof found === 'number') return found
      for (const index of loose) {
        const found = index().find(pattern, start)
        if (found !== null) return found
      }
      return null
    },
  }
}

/** Whether `pattern` stands at one place, at any strictness. */
function standsAt(lines: readonly string[], pattern: readonly string[], at: number): boolean {
  return FOLDS.some((fold) => pattern.every((line, offset) => fold(lines[at + offset] ?? '') === fold(line)))
}

interface LineIndex {
  find(pattern: readonly string[], start: number): number | null
}

function indexLines(lines: readonly string[], fold: (line: string) => string): LineIndex {
  const idOf = new Map<string, number>()
  const ids = Int32Array.from(lines, (line) => {
    const folded = fold(line)
    const id = idOf.get(folded) ?? idOf.size
    if (id === idOf.size) idOf.set(folded, id)
    return id
  })
  const { places, firstPlace } = groupById(ids, idOf.size)
  const nowhere = new Set<string>()

  return {
    find(pattern, start) {
      const wanted = pattern.map((line) => idOf.get(fold(line)) ?? -1)
      if (wanted.includes(-1)) return null
      // What was nowhere before is nowhere now: thousands of equal chunks must not search the file each.
      const key = wanted.join()
      if (nowhere.has(key)) return null

      // The pattern's rarest line says where it can be at all.
      const rarity = (id: number) => (firstPlace[id + 1] ?? 0) - (firstPlace[id] ?? 0)
      let rarest = 0
      for (const [offset, id] of wanted.entries()) {
        if (rarity(id) < rarity(wanted[rarest] ?? 0)) rarest = offset
      }
      const id = wanted[rarest] ?? 0
      const end = firstPlace[id + 1] ?? 0
      for (let at = lowerBound(places, start + rarest, firstPlace[id] ?? 0, end); at < end; at += 1) {
        const begin = (places[at] ?? 0) - rarest
        if (wanted.every((each, offset) => ids[begin + offset] === each)) return begin
      }
      nowhere.add(key)
      return null
    },
  }
}

/** All line numbers, those of equal lines together and ascending; those of `id` begin at `firstPlace[id]`. */
function groupById(ids: Int32Array, idCount: number): { places: Int32Array; firstPlace: Int32Array } {
  const firstPlace = new Int32Array(idCount + 1)
  for (const id of ids) firstPlace[id + 1] = (firstPlace[id + 1] ?? 0) + 1
  for (let id = 0; id < idCount; id += 1)
    firstPlace[id + 1] = (firstPlace[id + 1] ?? 0) + (firstPlace[id] ?? 0)

  const next = firstPlace.slice()
  const places = new Int32Array(ids.length)
  for (const [line, id] of ids.entries()) {
    const place = next[id] ?? 0
    places[place] = line
    next[id] = place + 1
  }
  return { places, firstPlace }
}

/** The first index from `from` to `to` at which `sorted` is not below `value`. */
function lowerBound(sorted: Int32Array, value: number, from: number, to: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

const TYPOGRAPHY: readonly (readonly [RegExp, string])[] = [
  [/[\u2010-\u2015\u2212]/g, '-'],
  [/[\u2018-\u201b]/g, "'"],
  [/[\u201c-\u201f]/g, '"'],
  [/[\u00a0\u2002-\u200a\u202f\u205f\u3000]/g, ' '],
]

function foldTypography(line: string): string {
  return TYPOGRAPHY.reduce((text, [pattern, ascii]) => text.replace(pattern, ascii), trim(line))
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
