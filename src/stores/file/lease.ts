/** The right to write a thread, held by one process at a time through a lock file. */

import { randomUUID } from 'node:crypto'
import { closeSync, fstatSync, linkSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { type ThreadHolder, ThreadInUseError } from '../errors.ts'
import { asProcessLife, holderOf, mayBeAlive, ownLife, type ProcessLife } from '../process-life.ts'
import { hasCode, makeFolder, namesIn, parseJson } from './disk.ts'

export interface Lease {
  readonly epoch: number
  /** False once the lock file was removed or is another's: a person may have taken this process for dead. */
  isHeld(): boolean
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

/** The end of the name of a lock that is being made. */
const DRAFT = '.tmp'
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']

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
  const dead = await deadLocks(folder, await namesIn(folder), threadId, null)
  const epoch = Math.max(0, ...dead) + 1
  const file = lockFile(folder, threadId, epoch)

  const made = await makeLock(file, epoch)
  if (made === null) throw new ThreadInUseError(threadId, await holderIn(file), file)
  try {
    const names = await namesIn(folder)
    const left = await deadLocks(folder, names, threadId, epoch)
    for (const other of left) await rm(lockFile(folder, threadId, other), { force: true })
    // Of the killed; whoever is at one just now would be refused anyway.
    for (const name of names) if (isDraft(name, threadId)) await rm(path.join(folder, name), { force: true })
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
      if (isHeld()) await rm(file, { force: true })
    },
  }
}

/**
 * The epochs of locks whose writers are gone.
 *
 * @param own A lock that is not looked at.
 * @throws {ThreadInUseError} There is one whose writer is not.
 */
async function deadLocks(
  folder: string,
  names: readonly string[],
  threadId: string,
  own: number | null,
): Promise<number[]> {
  const epochs = names
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

function isDraft(fileName: string, threadId: string): boolean {
  return fileName.startsWith(`${threadId}.`) && fileName.endsWith(DRAFT)
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
    return placeLock(file, JSON.stringify(lock))
  } catch (error) {
    // Gone: somebody who has the thread now took the draft for one of the killed.
    if (hasCode(error, 'EEXIST') || hasCode(error, 'ENOENT')) return null
    throw error
  }
}

/**
 * A process that is killed meanwhile leaves no lock, or one that says whose it was: never one that others have to wait for.
 *
 * @throws It is there already (`EEXIST`), or the machine refused.
 */
function placeLock(file: string, text: string): FileIdentity {
  const draft = `${file}.${randomUUID()}${DRAFT}`
  try {
    const made = writeNew(draft, text)
    linkSync(draft, file)
    return made
  } catch (error) {
    // Some file systems have no links; there an empty lock counts as somebody's for a while.
    if (NO_LINKS.some((code) => hasCode(error, code))) return writeNew(file, text)
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function writeNew(file: string, text: string): FileIdentity {
  const descriptor = openSync(file, 'wx', 0o600)
  try {
    writeSync(descriptor, text)
    const { ino, mtimeMs } = fstatSync(descriptor)
    return { ino, mtimeMs }
  } finally {
    closeSync(descriptor)
  }
}

/** Asked before each record: the way to another thread and back would cost more than the look. */
function isSameFile(file: string, identity: FileIdentity): boolean {
  const found = statSync(file, { throwIfNoEntry: false })
  return found !== undefined && found.ino === identity.ino && found.mtimeMs === identity.mtimeMs
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
