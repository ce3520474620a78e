/** Signals a command together with everything it has started. */

import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a process group may take to obey SIGTERM. */
const TERM_GRACE_MS = 500
const FIRST_POLL_MS = 5
/** A process that forks while it is swept may show up late. */
const SWEEPS_MAX = 3

/** The variable that marks all descendants of a command, also those that left its process group. */
export const MARK_NAME = 'CODEX_TS_COMMAND'

/** The environment entry of a command's processes. A mark ends with `/`, and begins with that of its workspace. */
export function markEntry(mark: string): Record<string, string> {
  return { [MARK_NAME]: mark }
}

/** @param pid Of the group's leader. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (process.platform === 'win32') {
    // Windows has no groups: the tree is ended from its root, and only by force.
    const { spawnSync } = process.getBuiltinModule('node:child_process')
    const taskkill = 'C:\\Windows\\System32\\taskkill.exe'
    spawnSync(taskkill, ['/pid', `${pid}`, '/T', '/F'], { stdio: 'ignore', windowsHide: true })
    return
  }
  try {
    process.kill(-pid, signal)
  } catch {
    // Nobody is left in it.
  }
}

/** Whether somebody is left in the group that `pid` led. */
export function isGroupAlive(pid: number): boolean {
  if (!hasGroup(pid)) return false
  const ids = processIds()
  if (ids.length === 0) return true
  // An orphan that nobody has reaped still counts as a member; it must not cost a grace.
  return ids.some((id) => {
    const { state, group } = statusOf(id)
    return group === pid && state !== 'Z' && state !== 'X'
  })
}

/**
 * Asks the group to end, kills it after a grace, and then whoever carries the mark outside the group.
 *
 * @param signals How to ask.
 */
export async function endGroup(
  pid: number,
  mark: string,
  signals: readonly NodeJS.Signals[] = ['SIGTERM'],
): Promise<void> {
  if (hasGroup(pid)) for (const signal of signals) signalGroup(pid, signal)
  let waitedMs = 0
  for (let pauseMs = FIRST_POLL_MS; waitedMs < TERM_GRACE_MS && isGroupAlive(pid); pauseMs *= 2) {
    const thisTimeMs = Math.min(pauseMs, TERM_GRACE_MS - waitedMs)
    await sleep(thisTimeMs)
    waitedMs += thisTimeMs
  }
  killGroup(pid, mark)
}

/** Ends the group at once. Synchronous, so that it can be the last thing a host does. */
export function killGroup(pid: number, mark: string): void {
  if (hasGroup(pid)) signalGroup(pid, 'SIGKILL')
  killMarked(mark)
}

/**
 * SIGKILL to every process whose environment carries a mark that begins with `mark`.
 *
 * Linux only: elsewhere another process's environment cannot be read, and what starts a session of its own gets away.
 */
export function killMarked(mark: string): void {
  const needle = `${MARK_NAME}=${mark}`
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep += 1) {
    const found = processIds().filter((id) => procFile(id, 'environ').includes(needle))
    if (found.length === 0) return
    for (const id of found) signalProcess(id, 'SIGKILL')
  }
}

/** Whether there is a group of this number, if only of processes that nobody has reaped. */
export function hasGroup(pid: number): boolean {
  try {
    return process.kill(process.platform === 'win32' ? pid : -pid, 0)
  } catch {
    return false
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself.
  }
}

/** None where there is no `/proc`. */
function processIds(): number[] {
  if (process.platform !== 'linux') return []
  try {
    const ids = readdirSync('/proc').map(Number)
    return ids.filter((id) => Number.isInteger(id) && id !== process.pid)
  } catch {
    return []
  }
}

function statusOf(pid: number): { readonly state: string | undefined; readonly group: number } {
  // The program's name stands in parentheses and may hold anything; the fields follow the last one.
  const stat = procFile(pid, 'stat').toString('latin1')
  const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { state, group: Number(group) }
}

/** Empty where the process is gone, or another user's. */
function procFile(pid: number, name: 'environ' | 'stat'): Buffer {
  try {
    return readFileSync(`/proc/${pid}/${name}`)
  } catch {
    return Buffer.alloc(0)
  }
}
