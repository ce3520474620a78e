/** list_dir: what a folder holds, some levels deep. */

import { z } from 'zod'
import type { DirectoryEntry, Workspace } from '../../platform/workspace.ts'
import { isCodexError } from '../../protocol/errors.ts'
import { defineTool } from '../../tools/tool.ts'
import { cutToBytes } from './cut-to-bytes.ts'
import { FileAccessError, OutOfRangeError } from './errors.ts'
import { walkFolders } from './walk-folders.ts'

const NAME_BYTES_MAX = 500
const INDENT = '  '
const HAS_PAIRS = /[\ud800-\udfff]/
const SUFFIXES: Readonly<Record<DirectoryEntry['kind'], string>> = {
  file: '',
  directory: '/',
  symlink: '@',
  other: '?',
}

const Entry = z.object({
  path: z.string().describe('Relative to the folder'),
  kind: z.enum(['file', 'directory', 'symlink', 'other']),
})
type Entry = z.infer<typeof Entry>

export const listDir = defineTool({
  name: 'list_dir',
  description:
    'List a folder and the folders in it, sorted by path. Long lists come in pages: pass nextOffset as offset.',
  input: z.object({
    dir_path: z.string().min(1).describe('Absolute, or relative to the working directory'),
    offset: z.int().min(1).default(1).describe('First entry wanted, counted from 1'),
    limit: z.int().min(1).default(25).describe('How many entries at most'),
    depth: z.int().min(1).default(2).describe('How many levels deep'),
  }),
  output: z.object({
    path: z.string().describe('Absolute path of the folder'),
    entries: z.array(Entry),
    nextOffset: z.int().nullable().describe('Pass as offset to read on; null at the end'),
  }),
  positional: ['dir_path', 'depth'],
  effects: ['reads-files'],
  parallel: true,
  idempotent: true,
  render: ({ path, entries, nextOffset }) =>
    [
      `Absolute path: ${path}`,
      ...entries.map(renderEntry),
      ...(nextOffset === null ? [] : [`More than ${entries.length} entries found`]),
    ].join('\n'),

  async run({ dir_path, offset, limit, depth }, { workspace, signal }) {
    const all = await entriesBelow(dir_path, depth, workspace, signal)
    if (all.length > 0 && offset > all.length) {
      throw new OutOfRangeError(
        `offset exceeds directory entry count: ${dir_path} has ${all.length} entries.`,
      )
    }
    const end = offset - 1 + limit
    return {
      path: workspace.resolve(dir_path),
      entries: all.slice(offset - 1, end),
      nextOffset: end < all.length ? end + 1 : null,
    }
  },
})

async function entriesBelow(
  target: string,
  depth: number,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<Entry[]> {
  const found: Entry[] = []
  try {
    const folder = workspace.resolve(target)
    for await (const { prefix, entries } of walkFolders(workspace, { folder, depth, signal })) {
      for (const { name, kind } of entries) found.push({ path: prefix + name, kind })
    }
  } catch (error) {
    throw isCodexError(error) || signal.aborted ? error : new FileAccessError(target, error)
  }
  return sortedByBytes(found)
}

/** By the bytes of the path, of which so many count. */
function sortedByBytes(entries: Entry[]): Entry[] {
  const isPlain = entries.every(({ path }) => path.length * 3 <= NAME_BYTES_MAX && !HAS_PAIRS.test(path))
  // UTF-16 orders as UTF-8 does but for characters that are pairs in it.
  if (isPlain) return entries.sort((a, b) => (a.path < b.path ? -1 : 1))
  return entries
    .map((entry) => ({ entry, key: Buffer.from(cutToBytes(entry.path, NAME_BYTES_MAX)) }))
    .sort((a, b) => a.key.compare(b.key))
    .map(({ entry }) => entry)
}

function renderEntry({ path, kind }: Entry): string {
  const parts = path.split('/')
  const name = cutToBytes(parts.at(-1) ?? '', NAME_BYTES_MAX)
  return `${INDENT.repeat(parts.length - 1)}${name}${SUFFIXES[kind]}`
}
