/** The right to write a thread, held by one process at a time through a lock file. */

import { open, readFile, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { type ThreadHolder, ThreadInUseError } from '../errors.ts'
import { hasCode, makeFolder, namesIn, parseJson } from './disk.ts'

export interface Lease {
  readonly epoch: number
  release(): Promise<void>
}

/** What a lock file says. `born` tells a process from a later one of the same number; null where unknown. */
interface Lock extends ThreadHolder {
  readonly born: string | null
}

// Between making a lock file and writing into it lies a moment; one that stays empty longer belongs to the dead.
const UNWRITTEN_LOCK_MS_MAX = 5_000

let ownBirth: Promise<string | null> | undefined

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

  if (!(await makeLock(file, epoch))) throw new ThreadInUseError(threadId, await holderOf(file), file)
  try {
    const left = await deadLocks(folder, threadId, epoch)
    for (const other of left) await rm(lockFile(folder, threadId, other), { force: true })
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
  return { epoch, release: () => rm(file, { force: true }) }
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
    if (lock === 'unwritten' || (lock !== 'dead' && (await isAlive(lock)))) {
      throw new ThreadInUseError(threadId, lock === 'unwritten' ? null : publicPart(lock), file)
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

/** @returns False when it is there already. */
async function makeLock(file: string, epoch: number): Promise<boolean> {
  ownBirth ??= birthOf(process.pid)
  const lock: Lock = { pid: process.pid, host: hostname(), epoch, born: await ownBirth }
  // Outside the try: a file in place of the folder is no lock that is there already.
  await makeFolder(path.dirname(file))
  try {
    const handle = await open(file, 'wx', 0o600)
    try {
      await handle.writeFile(JSON.stringify(lock))
    } finally {
      await handle.close()
    }
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
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
  if (typeof value !== 'object' || value === null) return null
  if (!('pid' in value && 'host' in value && 'epoch' in value && 'born' in value)) return null
  const { pid, host, epoch, born } = value
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return null
  if (typeof host !== 'string' || typeof epoch !== 'number') return null
  return { pid, host, epoch, born: typeof born === 'string' ? born : null }
}

async function holderOf(file: string): Promise<ThreadHolder | null> {
  const lock = await readLock(file)
  return typeof lock === 'string' ? null : publicPart(lock)
}

function publicPart({ pid, host, epoch }: Lock): ThreadHolder {
  return { pid, host, epoch }
}

async function isAlive(lock: Lock): Promise<boolean> {
  // A process of another host cannot be asked, and a thread that two write is worse than one that waits.
  if (lock.host !== hostname()) return true
  try {
    process.kill(lock.pid, 0)
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false
  }
  return lock.born === null || lock.born === (await birthOf(lock.pid))
}

/** When a process began, in the kernel's own count; null where the system has no such file. */
async function birthOf(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses and may hold blanks; the third is its state, the 22nd
    // its start. A zombie has ended, though it still has its number.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}
