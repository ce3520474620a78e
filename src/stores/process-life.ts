/** Tells whether the process that left a lock behind is still there. */

import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import type { ThreadHolder } from './errors.ts'

/** What tells a process from all others. */
export interface ProcessLife {
  readonly pid: number
  readonly host: string
  /** Tells it from a later one of the same number; null where the system does not say. */
  readonly born: string | null
}

let ownBirth: Promise<string | null> | undefined

export async function ownLife(): Promise<ProcessLife> {
  ownBirth ??= birthOf(process.pid)
  return { pid: process.pid, host: hostname(), born: await ownBirth }
}

/** Null where a value says nothing of a process. */
export function asProcessLife(value: unknown): ProcessLife | null {
  if (typeof value !== 'object' || value === null) return null
  if (!('pid' in value && 'host' in value && 'born' in value)) return null
  const { pid, host, born } = value
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return null
  if (typeof host !== 'string') return null
  return { pid, host, born: typeof born === 'string' ? born : null }
}

/** What a refused writer is told; the birth is nobody's business. */
export function holderOf({ pid, host }: ProcessLife, epoch: number): ThreadHolder {
  return { pid, host, epoch }
}

/** True also for a process of another host, which cannot be asked. */
export async function mayBeAlive(life: ProcessLife): Promise<boolean> {
  if (!isOnThisHost(life)) return true
  try {
    process.kill(life.pid, 0)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
  }
  return life.born === null || life.born === (await birthOf(life.pid))
}

export function isOnThisHost({ host }: ProcessLife): boolean {
  return host === hostname()
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
