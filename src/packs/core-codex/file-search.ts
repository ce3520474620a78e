/** file_search: files and folders by a few letters of their path. */

import path from 'node:path'
import { z } from 'zod'
import { defineTool } from '../../tools/tool.ts'
import { fuzzyScore } from './fuzzy-score.ts'
import { walkFiles } from './walk-files.ts'

const Match = z.object({
  path: z.string().describe('Relative to the folder that was searched'),
  kind: z.enum(['file', 'directory']),
  score: z.number().describe('Higher is better'),
})

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
    await workspace.readable(target)
    const folder = workspace.resolve(target)
    const words = query.toLowerCase().split(/\s+/)
    const matches: z.infer<typeof Match>[] = []
    let scannedCount = 0
    for await (const entry of walkFiles(workspace, { folder, hidden: true, folders: true, signal })) {
      scannedCount += 1
      const relative = path.relative(folder, entry.path).replaceAll(path.sep, '/')
      const score = fuzzyScore(words, relative)
      if (score !== null) matches.push({ path: relative, kind: entry.kind, score })
    }
    matches.sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))
    return { matches: matches.slice(0, limit), totalMatchCount: matches.length, scannedCount }
  },
})
