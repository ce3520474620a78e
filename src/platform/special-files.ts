/** Keeps pipes, sockets and devices from being taken for files. */

import type { Stats } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { devNull } from 'node:os'
import { type Access, SpecialFileError } from './errors.ts'

/**
 * A pipe makes whoever opens it wait for its other side, and a device need not have an end.
 *
 * @returns What the file system says of the file, or folder.
 * @throws {SpecialFileError} @throws The file system's own error, such as `ENOENT`.
 */
export async function refuseSpecial(file: string, access: Access): Promise<Stats> {
  const found = await stat(file)
  if (found.isFile() || found.isDirectory()) return found
  // The null device waits for nobody and has an end, and people link to it what is to be empty.
  if ((await realpath(file)) !== devNull) throw new SpecialFileError(file, access)
  return found
}
