/** Carries out one hunk of a patch. */

import { isCodexError } from '../../../protocol/errors.ts'
import { FileChangedError, PatchConflictError } from '../errors.ts'
import type { LineEndings } from './line-endings.ts'
import type { Hunk, UpdateHunk } from './patch.ts'
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

/**
 * @param change What `changeOf` says of the hunk.
 * @throws {PatchConflictError} The files are not as the hunk expects them, or the system refused.
 */
export async function applyHunk(hunk: Hunk, change: PatchChange, setting: PatchSetting): Promise<void> {
  if (hunk.kind === 'add') await write(setting.files, change.path, hunk.contents)
  else if (hunk.kind === 'delete') await deleteFile(change.path, setting.files)
  else await updateFile(hunk, change, setting)
}

/** An updated file's new text, with the bytes of the old one. @throws {PatchConflictError} */
export async function updatedText(
  hunk: UpdateHunk,
  at: string,
  setting: PatchSetting,
): Promise<{ readonly text: string; readonly before: Uint8Array }> {
  const found = await readFileText(setting.files, at)
  if ('problem' in found) {
    throw new PatchConflictError(at, `Failed to read file to update ${at}: ${found.problem}`)
  }
  return { text: updateText(found.text, at, hunk.chunks, setting.lineEndings), before: found.bytes }
}

async function deleteFile(at: string, files: PatchFiles): Promise<void> {
  await orFail(at, `Failed to delete file ${at}`, async () => {
    const kind = await files.kindOf(at)
    if (kind === null || kind === 'directory') throw new Error(kind ?? 'not there')
    await files.remove(at)
  })
}

async function updateFile(hunk: UpdateHunk, change: PatchChange, setting: PatchSetting): Promise<void> {
  const { path: from, movePath } = change
  const { files } = setting
  const { text, before } = await updatedText(hunk, from, setting)
  if (movePath === undefined) {
    await write(files, from, text, before)
    return
  }
  await write(files, movePath, text)
  // A file that moves to its own path is gone in Codex too.
  await orFail(from, `Failed to remove original ${from}`, async () => {
    await refuseChanged(files, from, before, text)
    await files.remove(from)
  })
}

/** What somebody wrote into a file that moves must not go with it. Its own new text is there when it moves to itself. */
async function refuseChanged(files: PatchFiles, at: string, before: Uint8Array, text: string): Promise<void> {
  const now = await files.read(at)
  const isExpected = Buffer.compare(now, before) === 0 || Buffer.compare(now, Buffer.from(text)) === 0
  if (!isExpected) throw new FileChangedError(at)
}

async function write(files: PatchFiles, at: string, text: string, expected?: Uint8Array): Promise<void> {
  try {
    await files.write(at, text, expected === undefined ? {} : { expected })
  } catch (error) {
    if (isCodexError(error)) throw error
    const isFolder = error instanceof Error && 'syscall' in error && error.syscall === 'mkdir'
    const deed = isFolder ? 'create parent directories for' : 'write file'
    throw new PatchConflictError(at, `Failed to ${deed} ${at}`, { cause: error })
  }
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
