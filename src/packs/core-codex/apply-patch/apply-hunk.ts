/** Carries out one hunk of a patch. */

import { isCodexError } from '../../../protocol/errors.ts'
import { PatchConflictError } from '../errors.ts'
import type { LineEndings } from './line-endings.ts'
import type { AddHunk, DeleteHunk, Hunk, UpdateHunk } from './patch.ts'
import type { PatchFiles } from './patch-files.ts'
import { readFileText } from './read-file-text.ts'
import { resolvePath } from './resolve-path.ts'
import { updateText } from './update-text.ts'

/** A file that a patch changed, or would change. Paths are absolute. */
export interface PatchChange {
  readonly kind: 'add' | 'delete' | 'update'
  readonly path: string
  /** Where an updated file went; absent when it stayed. */
  readonly movePath?: string
}

/** What applying needs to know besides the patch. */
export interface PatchSetting {
  /** The folder that relative paths start from. */
  readonly cwd: string
  readonly lineEndings: LineEndings
  readonly files: PatchFiles
}

/** @throws {PatchConflictError} A path that no system takes. */
export function changeOf(hunk: Hunk, cwd: string): PatchChange {
  const change = { kind: hunk.kind, path: resolvePath(cwd, hunk.path) }
  if (hunk.kind !== 'update' || hunk.movePath === null) return change
  return { ...change, movePath: resolvePath(cwd, hunk.movePath) }
}

/** @throws {PatchConflictError} The files are not as the hunk expects them, or the system refused. */
export async function applyHunk(hunk: Hunk, setting: PatchSetting): Promise<void> {
  if (hunk.kind === 'add') await addFile(hunk, setting)
  else if (hunk.kind === 'delete') await deleteFile(hunk, setting)
  else await updateFile(hunk, setting)
}

/** An updated file's new text. @throws {PatchConflictError} */
export async function updatedText(hunk: UpdateHunk, setting: PatchSetting): Promise<string> {
  const at = resolvePath(setting.cwd, hunk.path)
  const found = await readFileText(setting.files, at)
  if ('problem' in found) {
    throw new PatchConflictError(at, `Failed to read file to update ${at}: ${found.problem}`)
  }
  return updateText(found.text, at, hunk.chunks, setting.lineEndings)
}

async function addFile(hunk: AddHunk, { cwd, files }: PatchSetting): Promise<void> {
  await write(files, resolvePath(cwd, hunk.path), hunk.contents)
}

async function deleteFile(hunk: DeleteHunk, { cwd, files }: PatchSetting): Promise<void> {
  const at = resolvePath(cwd, hunk.path)
  await orFail(at, `Failed to delete file ${at}`, async () => {
    const kind = await files.kindOf(at)
    if (kind === null || kind === 'directory') throw new Error(kind ?? 'not there')
    await files.remove(at)
  })
}

async function updateFile(hunk: UpdateHunk, setting: PatchSetting): Promise<void> {
  const { cwd, files } = setting
  const { path: from, movePath } = changeOf(hunk, cwd)
  const text = await updatedText(hunk, setting)
  await write(files, movePath ?? from, text)
  // A file that moves to its own path is gone in Codex too.
  if (movePath !== undefined) {
    await orFail(from, `Failed to remove original ${from}`, () => files.remove(from))
  }
}

async function write(files: PatchFiles, at: string, text: string): Promise<void> {
  await orFail(at, `Failed to write file ${at}`, () => files.write(at, text))
}

/** Errors of ours, such as a forbidden path, say more than Codex's words and pass. */
async function orFail(at: string, message: string, deed: () => Promise<void>): Promise<void> {
  try {
    await deed()
  } catch (error) {
    if (isCodexError(error)) throw error
    throw new PatchConflictError(at, message, { cause: error })
  }
}
