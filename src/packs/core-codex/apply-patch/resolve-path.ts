/** Turns a path as a patch spells it into an absolute one. */

import path from 'node:path'
import { PatchConflictError } from '../errors.ts'

/**
 * The absolute path that `spelling` means in `cwd`.
 *
 * Codex passes paths through a URL, which drops tabs and carriage returns.
 *
 * @throws {PatchConflictError} The path holds a NUL.
 */
export function resolvePath(cwd: string, spelling: string): string {
  if (spelling.includes('\0')) {
    throw new PatchConflictError(spelling, `'${spelling}' is invalid on '${process.platform}'`)
  }
  return path.resolve(cwd, spelling.replaceAll(/[\t\r]/g, ''))
}
