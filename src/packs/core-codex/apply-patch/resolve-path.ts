/** Turns a path as a patch spells it into an absolute one. */

import path from 'node:path'
import { PatchConflictError } from '../errors.ts'

const DROPPED = /[\t\r]/g

/**
 * The absolute path that `spelling` means in `cwd`.
 *
 * Codex passes paths through a URL, which drops tabs and carriage returns.
 *
 * @throws {PatchConflictError} The path holds a NUL.
 */
export function resolvePath(cwd: string, spelling: string): string {
  if (!isResolvable(spelling)) {
    throw new PatchConflictError(spelling, `'${spelling}' is invalid on '${process.platform}'`)
  }
  return path.resolve(cwd, spelling.replace(DROPPED, ''))
}

/** Whether any system takes such a path. */
export function isResolvable(spelling: string): boolean {
  return !spelling.includes('\0')
}
