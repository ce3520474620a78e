/** Files that the host itself names: no tool's policy holds for them. */

import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { refuseSpecial } from './special-files.ts'

/** Null where no file can be read. */
export async function readHostText(file: string): Promise<string | null> {
  return await readHostBytes(file).then(
    (bytes) => bytes.toString('utf8'),
    () => null,
  )
}

/** @throws {SpecialFileError} A pipe, a socket or a device. @throws What the file system says. */
export async function readHostBytes(file: string): Promise<Buffer> {
  await refuseSpecial(file, 'read')
  return await readFile(file)
}

/** Whether anything, file or folder, is there. */
export async function existsOnHost(file: string): Promise<boolean> {
  // A look that fails costs an error and its stack when it is asynchronous, and most of these fail.
  return existsSync(file)
}

/**
 * Adds to the end of a file, which is made when it is missing: after a crash it holds all of the text or nothing of it.
 *
 * @param file Absolute.
 */
export async function appendHostText(file: string, text: string): Promise<void> {
  const target = await realpath(file).catch(() => file)
  await mkdir(path.dirname(target), { recursive: true })
  const before = (await existsOnHost(target)) ? (await readHostBytes(target)).toString('utf8') : ''
  const draft = `${target}.${randomUUID()}.tmp`
  try {
    await writeFile(draft, before + text, { flag: 'wx', flush: true })
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
