/** Files that the host itself names: no tool's policy holds for them. */

import { access, readFile } from 'node:fs/promises'
import { refuseSpecial } from './special-files.ts'

/** Null where no file can be read. */
export async function readHostText(path: string): Promise<string | null> {
  return await readHostBytes(path).then(
    (bytes) => bytes.toString('utf8'),
    () => null,
  )
}

/** @throws {SpecialFileError} A pipe, a socket or a device. @throws What the file system says. */
export async function readHostBytes(path: string): Promise<Buffer> {
  await refuseSpecial(path, 'read')
  return await readFile(path)
}

/** Whether anything, file or folder, is there. */
export async function existsOnHost(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
