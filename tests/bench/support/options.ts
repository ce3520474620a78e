/** What a bench is asked for on its command line. */

import { parseArgs } from 'node:util'

/** `--runs N`, the repeats; more of them steady the medians on a busy machine. */
export function runsWanted(usual: number): number {
  const { values } = parseArgs({ options: { runs: { type: 'string' } }, strict: false })
  const runs = Number(values.runs ?? usual)
  if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs must be a whole number from 1 up.')
  return runs
}
