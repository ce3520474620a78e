/** Keeps the place of a path that must not come into being, for as long as a command could make it. */

import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { atHostExit } from '../host-exit.ts'

// Something can be mounted read-only only where something is. So an empty folder stands there meanwhile; it holds one
// empty folder for each of us that needs it (two threads of a process are two), and goes with the last of them, because a folder that is not
// empty cannot be removed. All of this is made of folders since git and most searches see no empty ones. To remove it
// while a sandbox of another process needs it would take its mount away with it.

const HOLD_PREFIX = 'held-by-codex-ts.'
const ATTEMPTS_MAX = 5

/** How many commands of this process need each place. */
const uses = new Map<string, number>()
let forgetHostExit: (() => void) | undefined

const ownHold = `${HOLD_PREFIX}${hostname()}.${process.pid}.${randomUUID().slice(0, 8)}`

/** Whether `folder` is nobody's but ours: it holds nothing but holds. */
export function isPlaceholder(folder: string): boolean {
  try {
    const names = readdirSync(folder)
    return names.length > 0 && names.every((name) => name.startsWith(HOLD_PREFIX))
  } catch {
    return false
  }
}

/**
 * Synchronous, so that two commands of one process cannot come between each other.
 *
 * @param place Absolute; its folder exists.
 * @returns Whether the place is held, until `releasePlace`. Otherwise something is there by now, or this user can make
 *   nothing there, and so neither can his commands.
 */
export function holdPlace(place: string): boolean {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const made = codeOf(() => mkdirSync(place, 0o755))
    if (made === 'EEXIST' ? !isPlaceholder(place) && !uses.has(place) : made !== undefined) return false
    const held = codeOf(() => mkdirSync(path.join(place, ownHold)))
    // Another process has just removed it.
    if (held === 'ENOENT') continue
    if (held !== undefined && held !== 'EEXIST') return false
    uses.set(place, (uses.get(place) ?? 0) + 1)
    forgetHostExit ??= atHostExit(removeAll)
    return true
  }
  return false
}

export function releasePlace(place: string): void {
  const left = (uses.get(place) ?? 0) - 1
  if (left > 0) {
    uses.set(place, left)
    return
  }
  uses.delete(place)
  remove(place)
  if (uses.size > 0) return
  forgetHostExit?.()
  forgetHostExit = undefined
}

function removeAll(): void {
  for (const place of uses.keys()) remove(place)
}

function remove(place: string): void {
  codeOf(() => rmdirSync(path.join(place, ownHold)))
  codeOf(() => {
    for (const name of readdirSync(place)) if (isAbandoned(name)) rmdirSync(path.join(place, name))
  })
  codeOf(() => rmdirSync(place))
}

/** Whether the process that made this hold has died without taking it back. */
function isAbandoned(name: string): boolean {
  const prefix = `${HOLD_PREFIX}${hostname()}.`
  const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  return codeOf(() => process.kill(pid, 0)) === 'ESRCH'
}

/** What the system says against it; undefined where nothing. */
function codeOf(deed: () => unknown): string | undefined {
  try {
    deed()
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  }
}
