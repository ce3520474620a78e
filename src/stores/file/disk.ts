/** How the file store handles the disk: its refusals, folders that are not there yet, files that appear whole. */

import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isCodexError } from '../../protocol/errors.ts'
import { StoreFailedError } from '../errors.ts'

/**
 * Do something with a file of the store.
 *
 * @param deed What is done, as in "Could not …".
 * @throws {StoreFailedError} The machine refused; errors of ours pass unchanged.
 */
export async function doing<Result>(
  deed: string,
  path: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw isCodexError(error) ? error : new StoreFailedError(deed, path, error)
  }
}

/** What `work` gives, or null where the file is not there. */
export async function ifThere<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work()
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

export async function namesIn(folder: string): Promise<string[]> {
  return (await ifThere(() => readdir(folder))) ?? []
}

/**
 * Make a folder that only its owner may enter, with those above it that are missing.
 *
 * Like `mkdir` with `recursive`, which asks again for ever where a folder that is there takes no new ones, as `/proc`.
 *
 * @param folder Absolute.
 */
export async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return
  const parent = path.dirname(folder)
  if (parent !== folder) await makeFolder(parent)
  await mkdir(folder, { mode: 0o700 }).catch(async (error: unknown) => {
    // Another process may have made it since.
    if (!(await isFolder(folder))) throw error
  })
}

async function isFolder(folder: string): Promise<boolean> {
  return (await ifThere(() => stat(folder)))?.isDirectory() === true
}

/**
 * A reader finds the file as it was or as it will be, never between.
 *
 * @param options `flush`: it is so after a power cut, too. The folder's own entry is `flushFolder`'s.
 */
export async function writeInOneStep(
  file: string,
  content: string | Uint8Array,
  { flush = false }: { readonly flush?: boolean } = {},
): Promise<void> {
  const draft = `${file}.${randomUUID()}.tmp`
  try {
    await writeFile(draft, content, { mode: 0o600, flag: 'wx', flush })
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** Bring the names in a folder to the disk, and its own name in the folder above. */
export async function flushFolder(folder: string): Promise<void> {
  // Windows opens no folders, and needs nothing of the kind.
  if (process.platform === 'win32') return
  for (const each of [folder, path.dirname(folder)]) {
    const handle = await open(each)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
}

/** Null for a text that is no JSON, such as the rest of a file that a power cut took. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
