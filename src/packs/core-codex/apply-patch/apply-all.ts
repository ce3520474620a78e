/** Carries out a patch that was verified, wholly or not at all. */

import { messageOf } from '../../../protocol/errors.ts'
import { FileChangedError, PatchConflictError } from '../errors.ts'
import { applyHunk, changeOf, type PatchSetting } from './apply-hunk.ts'
import type { Hunk } from './patch.ts'
import type { PatchFiles, PatchSnapshot } from './patch-files.ts'

/**
 * Apply every hunk; when one fails, put back what the others changed.
 *
 * Codex leaves the files as far as it came.
 *
 * @throws {PatchConflictError} The files are as they were, unless the message says otherwise.
 */
export async function applyAll(hunks: readonly Hunk[], setting: PatchSetting): Promise<void> {
  const { files, cwd } = setting
  const kept: Kept[] = []
  try {
    for (const hunk of hunks) {
      const change = changeOf(hunk, cwd)
      const { path, movePath } = change
      kept.push(await keep(path, files))
      if (movePath !== undefined) kept.push(await keep(movePath, files))
      await applyHunk(hunk, change, setting)
    }
  } catch (error) {
    // What somebody else wrote is theirs: we have not written there, and put nothing back.
    const theirs = error instanceof FileChangedError ? error.path : null
    const ours = kept.filter(({ path }) => path !== theirs)
    const lost = await putBack(ours, files)
    if (lost.length === 0) throw error
    const path = error instanceof PatchConflictError ? error.path : ''
    const heading = 'These files could not be put back; all others are as they were:'
    throw new PatchConflictError(path, [messageOf(error), heading, ...lost].join('\n'), { cause: error })
  } finally {
    // A copy that stays behind in the temporary folder is no reason to call the patch failed.
    for (const { snapshot } of kept) await snapshot.forget().catch(() => {})
  }
}

interface Kept {
  readonly path: string
  readonly snapshot: PatchSnapshot
}

/** What cannot be read cannot be put back; the patch is tried all the same, as Codex would. */
async function keep(path: string, files: PatchFiles): Promise<Kept> {
  try {
    return { path, snapshot: await files.snapshot(path) }
  } catch (error) {
    return { path, snapshot: { restore: () => Promise.reject(error), forget: async () => {} } }
  }
}

/** A line for each path that could not be restored: what is there now, with the reason. */
async function putBack(kept: readonly Kept[], files: PatchFiles): Promise<string[]> {
  const lost: string[] = []
  for (const { path, snapshot } of kept.toReversed()) {
    try {
      await snapshot.restore()
    } catch (error) {
      const isGone = (await files.kindOf(path).catch(() => 'other')) === null
      lost.push(`${path}: ${isGone ? 'is missing' : 'may be changed or cut short'} (${messageOf(error)})`)
    }
  }
  return lost
}
