/** The names that a misspelt one probably meant. */

/**
 * @returns Up to `count` of `names`, nearest first; those too far from `wanted` to be meant are left out.
 */
export function nearestNames(wanted: string, names: Iterable<string>, count = 3): string[] {
  const target = fold(wanted)
  const ranked: { name: string; distance: number }[] = []
  for (const name of names) {
    const candidate = fold(name)
    const distance =
      candidate.includes(target) || target.includes(candidate) ? 1 : editDistance(target, candidate)
    if (distance <= Math.max(2, Math.floor(target.length / 3))) ranked.push({ name, distance })
  }
  ranked.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
  return ranked.slice(0, count).map(({ name }) => name)
}

/** Case and punctuation say nothing about what was meant. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
