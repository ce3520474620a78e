/** The right to write a thread, held by one process at a time through a lock file. */

import { open, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { type ThreadHolder, ThreadInUseError } from '../errors.ts'
import { asProcessLife, holderOf, mayBeAlive, ownLife, type ProcessLife } from '../process-life.ts'
import { hasCode, ifThere, makeFolder, namesIn, parseJson } from './disk.ts'

export interface Lease {
  readonly epoch: number
  /** False once the lock file was removed or is another's: a person may have taken this process for dead. */
  isHeld(): Promise<boolean>
  /** Whose the lock file is now; null where it is nobody's, or says nothing. */
  holder(): Promise<ThreadHolder | null>
  release(): Promise<void>
}

/** What a lock file says. */
interface Lock extends ProcessLife {
  readonly epoch: number
}

/** Tells a lock file from a later one of the same name, as a number alone would not: they are given anew. */
interface FileIdentity {
  readonly ino: number
  readonly mtimeMs: number
}

// Between making a lock file and writing into it lies a moment; one that stays empty longer belongs to the dead.
const UNWRITTEN_LOCK_MS_MAX = 5_000

/**
 * Take the right to write a thread.
 *
 * A lock file is `<id>.<epoch>.lock` and is made exclusively. A lock of a dead process on this host is taken over by
 * making that of the next epoch. Whoever made one then looks again, and gives way to any other that is alive: so two
 * that come at the same moment may both be turned away, but never both be let in.
 *
 * @throws {ThreadInUseError} A living process holds it, or one on another host, which cannot be asked.
 */
export async function takeLease(folder: string, threadId: string): Promise<Lease> {
  const dead = await deadLocks(folder, threadId, null)
  const epoch = Math.max(0, ...dead) + 1
  const file = lockFile(folder, threadId, epoch)

  const made = await makeLock(file, epoch)
  if (made === null) throw new ThreadInUseError(threadId, await holderIn(file), file)
  try {
    const left = await deadLocks(folder, threadId, epoch)
    for (const other of left) await rm(lockFile(folder, threadId, other), { force: true })
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
  const isHeld = () => isSameFile(file, made)
  return {
    epoch,
    isHeld,
    holder: () => currentHolder(folder, threadId),
    async release() {
      if (await isHeld()) await rm(file, { force: true })
    },
  }
}

/**
 * The epochs of locks whose writers are gone.
 *
 * @param own A lock that is not looked at.
 * @throws {ThreadInUseError} There is one whose writer is not.
 */
async function deadLocks(folder: string, threadId: string, own: number | null): Promise<number[]> {
  const epochs = (await namesIn(folder))
    .map((name) => epochOf(name, threadId))
    .filter((epoch) => epoch !== null && epoch !== own)
  const dead: number[] = []
  for (const epoch of epochs) {
    if (epoch === null) continue
    const file = lockFile(folder, threadId, epoch)
    const lock = await readLock(file)
    if (lock === 'unwritten' || (lock !== 'dead' && (await mayBeAlive(lock)))) {
      throw new ThreadInUseError(threadId, lock === 'unwritten' ? null : holderOf(lock, lock.epoch), file)
    }
    dead.push(epoch)
  }
  return dead
}

function lockFile(folder: string, threadId: string, epoch: number): string {
  return path.join(folder, `${threadId}.${epoch}.lock`)
}

function epochOf(fileName: string, threadId: string): number | null {
  if (!fileName.startsWith(`${threadId}.`) || !fileName.endsWith('.lock')) return null
  const epoch = Number(fileName.slice(threadId.length + 1, -'.lock'.length))
  return Number.isSafeInteger(epoch) ? epoch : null
}

/** @returns Null when it is there already. */
async function makeLock(file: string, epoch: number): Promise<FileIdentity | null> {
  const lock: Lock = { ...(await ownLife()), epoch }
  // Outside the try: a file in place of the folder is no lock that is there already.
  await makeFolder(path.dirname(file))
  try {
    const handle = await open(file, 'wx', 0o600)
    try {
      await handle.writeFile(JSON.stringify(lock))
      const { ino, mtimeMs } = await handle.stat()
      return { ino, mtimeMs }
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return null
    throw error
  }
}

async function isSameFile(file: string, identity: FileIdentity): Promise<boolean> {
  const found = await ifThere(() => stat(file))
  return found !== null && found.ino === identity.ino && found.mtimeMs === identity.mtimeMs
}

async function readLock(file: string): Promise<Lock | 'unwritten' | 'dead'> {
  try {
    const text = await readFile(file, 'utf8')
    if (text !== '') return parseLock(text) ?? 'dead'
    const { mtimeMs } = await stat(file)
    return Date.now() - mtimeMs < UNWRITTEN_LOCK_MS_MAX ? 'unwritten' : 'dead'
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'dead'
    throw error
  }
}

/** Null where a text is no lock of ours: its writer ended in the middle of it. */
function parseLock(text: string): Lock | null {
  const value = parseJson(text)
  const life = asProcessLife(value)
  if (life === null || typeof value !== 'object' || value === null || !('epoch' in value)) return null
  return typeof value.epoch === 'number' ? { ...life, epoch: value.epoch } : null
}

async function holderIn(file: string): Promise<ThreadHolder | null> {
  const lock = await readLock(file)
  return typeof lock === 'string' ? null : holderOf(lock, lock.epoch)
}

async function currentHolder(folder: string, threadId: string): Promise<ThreadHolder | null> {
  for (const name of await namesIn(folder)) {
    if (epochOf(name, threadId) === null) continue
    const holder = await holderIn(path.join(folder, name))
    if (holder !== null) return holder
  }
  return null
}
