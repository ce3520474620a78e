/** Asks ripgrep for the files that hold a pattern. */

import { CommandNotStartedError, SandboxUnavailableError } from '../../platform/errors.ts'
import type { Workspace } from '../../platform/workspace.ts'
import { SearchError } from './errors.ts'
import type { FileSearch } from './search-files.ts'

const TIMEOUT_MS = 30_000
const OUTPUT_BYTES_MAX = 32 * 1024 * 1024
const NOT_FOUND = 127

/**
 * Absolute paths, in no order: ripgrep's own order is slow, and by folders.
 *
 * @returns Null where there is no ripgrep, or no process may be started.
 * @throws {SearchError} ripgrep refused the pattern, or took too long.
 */
export async function ripgrep(
  { pattern, include, path }: FileSearch,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<string[] | null> {
  const glob = include === undefined ? [] : ['--glob', include]
  const command = ['rg', '--no-config', '--files-with-matches', '--null', '--no-messages']
  try {
    const { exitCode, timedOut, stdout, stderr } = await workspace.run(
      {
        command: [...command, '--regexp', pattern, ...glob, '--', path],
        timeoutMs: TIMEOUT_MS,
        outputBytesMax: OUTPUT_BYTES_MAX,
      },
      { signal },
    )
    if (timedOut) {
      throw new SearchError(
        `rg timed out after ${TIMEOUT_MS / 1000} seconds. Narrow the search by path or include.`,
      )
    }
    if (exitCode === NOT_FOUND) return null
    if (exitCode > 1) throw new SearchError(`rg failed: ${stderr.trim()}`)
    return stdout.split('\0').filter((file) => file !== '')
  } catch (error) {
    if (error instanceof SandboxUnavailableError || error instanceof CommandNotStartedError) return null
    throw error
  }
}
