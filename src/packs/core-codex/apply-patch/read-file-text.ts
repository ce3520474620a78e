/** Reads a file that a patch names, with Codex's words for why it could not be. */

import { isCodexError, messageOf } from '../../../protocol/errors.ts'
import type { PatchFiles } from './patch-files.ts'
import { decodeUtf8 } from './utf8.ts'

/** Rust's words (musl) for what systems say most; they are part of the text that models know. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  EPERM: 'Operation not permitted (os error 1)',
  ENOENT: 'No such file or directory (os error 2)',
  EIO: 'I/O error (os error 5)',
  EACCES: 'Permission denied (os error 13)',
  ENOTDIR: 'Not a directory (os error 20)',
  ENAMETOOLONG: 'Filename too long (os error 36)',
  ELOOP: 'Symbolic link loop (os error 40)',
}

/** The file's text, or the reason why there is none. An error of ours, such as a forbidden path, is thrown on. */
export async function readFileText(
  files: PatchFiles,
  path: string,
): Promise<{ readonly text: string; readonly bytes: Uint8Array } | { readonly problem: string }> {
  try {
    const kind = await files.kindOf(path)
    // Where nothing is, reading says why.
    if (kind !== null && kind !== 'file') return { problem: `path \`${path}\` is not a file` }
    const bytes = await files.read(path)
    return { text: decodeUtf8(bytes), bytes }
  } catch (error) {
    if (isCodexError(error)) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return { problem: SYSTEM_ERRORS[code] ?? messageOf(error) }
  }
}
