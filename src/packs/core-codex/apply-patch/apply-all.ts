/** Carries out a patch that was verified, wholly or not at all. */

import { messageOf } from '../../../protocol/errors.ts'
import { PatchConflictError } from '../errors.ts'
import { applyHunk, changeOf, type PatchSetting } from './apply-hunk.ts'
import type { Hunk } from './patch.ts'
import type { PatchFiles } from './patch-files.ts'

/**
 * Apply every hunk; when one fails, put back what the others changed.
 *
 * Codex leaves the files as far as it came.
 *
 * @throws {PatchConflictError} The files are as they were, unless the message says otherwise.
 */
export async function applyAll(hunks: readonly Hunk[], setting: PatchSetting): Promise<void> {
  const { files, cwd } = setting
  const undos: Undo[] = []
  try {
    for (const hunk of hunks) {
      const { path, movePath } = changeOf(hunk, cwd)
      undos.push(await undoOf(path, files))
      if (movePath !== undefined) undos.push(await undoOf(movePath, files))
      await applyHunk(hunk, setting)
    }
  } catch (error) {
    const lost = await putBack(undos)
    if (lost.length === 0 || !(error instanceof PatchConflictError)) throw error
    const message = `${messageOf(error)}\nThese files could not be put back as they were: ${lost.join(', ')}`
    throw new PatchConflictError(error.path, message, { cause: error })
  }
}

interface Undo {
  readonly path: string
  readonly restore: () => Promise<void>
}

/** What cannot be read cannot be put back; the patch is tried all the same. */
async function undoOf(path: string, files: PatchFiles): Promise<Undo> {
  try {
    return { path, restore: await files.snapshot(path) }
  } catch (error) {
    return { path, restore: () => Promise.reject(error) }
  }
}

/** The paths that could not be restored. */
async function putBack(undos: readonly Undo[]): Promise<string[]> {
  const lost: string[] = []
  for (const { path, restore } of undos.toReversed()) {
    try {
      await restore()
    } catch {
      lost.push(path)
    }
  }
  return lost
}
