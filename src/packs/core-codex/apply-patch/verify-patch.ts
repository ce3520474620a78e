/** Checks a whole patch against the files before anything is written. */

import { PatchConflictError, PatchRejectedError } from '../errors.ts'
import { changeOf, type PatchChange, type PatchSetting, updatedText } from './apply-hunk.ts'
import type { Hunk, Patch } from './patch.ts'
import { readFileText } from './read-file-text.ts'

/**
 * What the patch would change, sorted by path.
 *
 * @throws {PatchConflictError} A hunk does not fit, or two of them are for one file.
 * @throws {PatchRejectedError} It says nothing, or asks for what can not be done here.
 */
export async function verifyPatch(patch: Patch, setting: PatchSetting): Promise<readonly PatchChange[]> {
  if (patch.environmentId !== null) {
    throw new PatchRejectedError('apply_patch environment selection is unavailable for this turn')
  }
  if (patch.hunks.length === 0) throw new PatchRejectedError('patch rejected: empty patch')

  const changes = new Map<string, PatchChange>()
  for (const hunk of patch.hunks) {
    const change = changeOf(hunk, setting.cwd)
    if (changes.has(change.path)) {
      throw new PatchConflictError(change.path, `invalid patch: multiple operations target ${change.path}`)
    }
    changes.set(change.path, change)
    await verifyHunk(hunk, change.path, setting)
  }
  for (const { path, movePath } of changes.values()) {
    await setting.files.checkWritable?.(path)
    if (movePath !== undefined) await setting.files.checkWritable?.(movePath)
  }
  return [...changes.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

async function verifyHunk(hunk: Hunk, at: string, setting: PatchSetting): Promise<void> {
  if (hunk.kind === 'update') await updatedText(hunk, at, setting)
  if (hunk.kind !== 'delete') return
  const found = await readFileText(setting.files, at)
  if ('problem' in found) throw new PatchConflictError(at, `Failed to read ${at}: ${found.problem}`)
}
