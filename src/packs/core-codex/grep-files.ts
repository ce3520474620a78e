/** grep_files: which files hold a line that matches. */

import { z } from 'zod'
import { SpecialFileError } from '../../platform/errors.ts'
import type { Workspace } from '../../platform/workspace.ts'
import { isCodexError } from '../../protocol/errors.ts'
import { defineTool } from '../../tools/tool.ts'
import { FileAccessError } from './errors.ts'
import { ripgrep } from './ripgrep.ts'
import { searchFiles } from './search-files.ts'

const STATS_AT_ONCE = 64

export const grepFiles = defineTool({
  name: 'grep_files',
  description:
    'Find the files that hold a line matching a regular expression, last changed first. ' +
    'Hidden, binary and ignored files are left out.',
  input: z.object({
    pattern: z.string().trim().min(1).describe('Regular expression, as ripgrep takes it'),
    include: z
      .string()
      .trim()
      .min(1)
      .optional()
      .describe('Glob that the files must match, such as *.ts or src/**'),
    path: z
      .string()
      .trim()
      .min(1)
      .optional()
      .describe('Folder or file to search; default the working directory'),
    limit: z.int().min(1).max(2000).default(100).describe('How many files at most'),
  }),
  output: z.object({
    files: z.array(z.string()).describe('Absolute paths'),
    hasMore: z.boolean().describe('Whether limit left some out'),
  }),
  positional: ['pattern', 'path', 'include'],
  effects: ['reads-files'],
  parallel: true,
  idempotent: true,
  render: ({ files }) => (files.length === 0 ? 'No matches found.' : files.join('\n')),

  async run({ pattern, include, path = '.', limit }, { workspace, signal }) {
    await checkExists(path, workspace)
    const search = { pattern, path: workspace.resolve(path), ...(include !== undefined && { include }) }
    const found = (await ripgrep(search, workspace, signal)) ?? (await searchFiles(search, workspace, signal))
    const files = await lastChangedFirst(found, workspace, signal)
    return { files: files.slice(0, limit), hasMore: files.length > limit }
  },
})

/** @throws {FileAccessError} @throws {PathDeniedError} @throws {SpecialFileError} ripgrep would wait at a pipe. */
async function checkExists(path: string, workspace: Workspace): Promise<void> {
  try {
    const real = await workspace.readable(path)
    const info = await workspace.stat(real)
    if (info === null) throw Object.assign(new Error(`${path} does not exist`), { code: 'ENOENT' })
    if (info.kind === 'other') throw new SpecialFileError(real, 'read')
  } catch (error) {
    throw isCodexError(error) ? error : new FileAccessError(path, error)
  }
}

/** Without those that are gone, or that no path leads to: their names are no UTF-8. */
async function lastChangedFirst(
  files: readonly string[],
  workspace: Workspace,
  signal: AbortSignal,
): Promise<string[]> {
  const dated: { path: string; modifiedAt: number }[] = []
  for (let from = 0; from < files.length; from += STATS_AT_ONCE) {
    signal.throwIfAborted()
    const stats = files.slice(from, from + STATS_AT_ONCE).map(async (path) => {
      const info = await workspace.stat(path).catch(() => undefined)
      return info === null ? [] : [{ path, modifiedAt: info?.modifiedAt ?? 0 }]
    })
    dated.push(...(await Promise.all(stats)).flat())
  }
  return dated
    .sort((a, b) => b.modifiedAt - a.modifiedAt || (a.path < b.path ? -1 : 1))
    .map(({ path }) => path)
}
