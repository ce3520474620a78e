/** file_search: files and folders by a few letters of their path. */

import { z } from 'zod'
import { isCodexError } from '../../protocol/errors.ts'
import { defineTool } from '../../tools/tool.ts'
import { FileAccessError } from './errors.ts'
import { fuzzyScore } from './fuzzy-score.ts'
import { topMatches } from './top-matches.ts'
import { walkFiles } from './walk-files.ts'

const Match = z.object({
  path: z.string().describe('Relative to the folder that was searched'),
  kind: z.enum(['file', 'directory']),
  score: z.number().describe('Higher is better'),
})
type Match = z.infer<typeof Match>

export const fileSearch = defineTool({
  name: 'file_search',
  description:
    'Find files and folders by a few letters of their path, the best match first. ' +
    'Several words must all fit. Ignored files are left out.',
  input: z.object({
    query: z.string().trim().min(1),
    path: z.string().min(1).default('.').describe('Folder to search; default the working directory'),
    limit: z.int().min(1).max(2000).default(20).describe('How many matches at most'),
  }),
  output: z.object({
    matches: z.array(Match),
    totalMatchCount: z.int(),
    scannedCount: z.int().describe('How many files and folders were looked at'),
  }),
  positional: ['query', 'path'],
  effects: ['reads-files'],
  parallel: true,
  idempotent: true,
  render: ({ matches }) =>
    matches.length === 0
      ? 'No matches found.'
      : matches.map((match) => (match.kind === 'directory' ? `${match.path}/` : match.path)).join('\n'),

  async run({ query, path: target, limit }, { workspace, signal }) {
    const folder = workspace.resolve(target)
    const words = query.toLowerCase().split(/\s+/)
    const matches: Match[] = []
    let scannedCount = 0
    try {
      for await (const { prefix, entries } of walkFiles(workspace, { folder, hidden: true, signal })) {
        scannedCount += entries.length
        for (const { name, kind } of entries) {
          const path = prefix + name
          const score = fuzzyScore(words, path)
          if (score === null) continue
          matches.push({ path, kind: kind === 'directory' ? 'directory' : 'file', score })
        }
      }
    } catch (error) {
      throw isCodexError(error) || signal.aborted ? error : new FileAccessError(target, error)
    }
    const best = topMatches(matches, limit, (a, b) => (a.path < b.path ? -1 : 1))
    return { matches: best, totalMatchCount: matches.length, scannedCount }
  },
})
