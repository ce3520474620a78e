/** Makes a folder, with those above it that are missing. */

import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { isMissing } from './file-policy.ts'

/**
 * Like `mkdir` with `recursive`, which asks again for ever where a folder that is there takes no new ones, as `/proc`.
 *
 * @param folder Absolute.
 * @throws The file system's own error.
 */
export async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return
  const parent = path.dirname(folder)
  if (parent !== folder) await makeFolder(parent)
  await mkdir(folder).catch(async (error: unknown) => {
    // Somebody else may have made it since.
    if (!(await isFolder(folder))) throw error
  })
}

async function isFolder(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory()
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}
