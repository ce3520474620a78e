/** Hands bytes to a process of ours through a file without a name. */

import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Every sandbox has one of its own in its place, so no command of ours sees the file while it has its name. */
const HIDDEN_FOLDER = '/dev/shm'

export interface SealedFile {
  /** Opens it, as long as it is not closed; for processes that this one starts and that share its `/proc`. */
  readonly path: string
  close(): Promise<void>
}

/**
 * A file that its owner alone can read, and that has lost its name before anything is written to it. Linux only.
 *
 * @throws The file system's own error.
 */
export async function sealedFile(bytes: Uint8Array): Promise<SealedFile> {
  const handle = await openNameless(HIDDEN_FOLDER).catch(() => openNameless(tmpdir()))
  try {
    await handle.writeFile(bytes)
  } catch (error) {
    await handle.close()
    throw error
  }
  return { path: `/proc/${process.pid}/fd/${handle.fd}`, close: () => handle.close() }
}

async function openNameless(folder: string): Promise<FileHandle> {
  const name = path.join(folder, `codex-ts-${randomUUID()}`)
  const handle = await open(name, 'wx', 0o600)
  await unlink(name)
  return handle
}
