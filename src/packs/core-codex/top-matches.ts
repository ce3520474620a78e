/** Picks the best of many. */

/**
 * The `count` best, the best first, without putting all of the others in order too.
 *
 * @param compare Orders those whose scores are the same.
 */
export function topMatches<Match extends { readonly score: number }>(
  matches: readonly Match[],
  count: number,
  compare: (a: Match, b: Match) => number,
): Match[] {
  const scores = Float64Array.from(matches, ({ score }) => score).sort()
  const least = scores.at(-count) ?? Number.NEGATIVE_INFINITY
  return matches
    .filter(({ score }) => score >= least)
    .sort((a, b) => b.score - a.score || compare(a, b))
    .slice(0, count)
}
