/** A disk of its own, small enough to be filled, for tests that need one to fail. */

import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { tempFolder } from './temp-folder.ts'

const run = promisify(execFile)

export interface SmallDisk extends AsyncDisposable {
  /** Where it is mounted; absolute, links followed. */
  readonly path: string
  /** From now on nothing can be written. */
  makeReadOnly(): Promise<void>
  /** From now on the file at `name`, which is there, can be written but not removed. */
  pin(name: string): Promise<void>
}

/** Whether this machine lets us mount one. */
export async function canMount(): Promise<boolean> {
  return await smallDisk().then(
    async (disk) => {
      await disk[Symbol.asyncDispose]()
      return true
    },
    () => false,
  )
}

export async function smallDisk(bytes = 1024 * 1024): Promise<SmallDisk> {
  const folder = await tempFolder()
  const { path } = folder
  const pinned: string[] = []
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path])
  } catch (error) {
    await rm(path, { recursive: true, force: true })
    throw error
  }
  return {
    path,
    async makeReadOnly() {
      await run('mount', ['-o', 'remount,ro', path])
    },
    async pin(name) {
      // What something is mounted on cannot be removed, not even by root.
      await run('mount', ['--bind', `${path}/${name}`, `${path}/${name}`])
      pinned.push(`${path}/${name}`)
    },
    async [Symbol.asyncDispose]() {
      for (const file of pinned.reverse()) await run('umount', [file])
      await run('umount', [path])
      await folder[Symbol.asyncDispose]()
    },
  }
}
