/** Looks at real processes from outside. */

import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until a file is there with a whole line in it, and gives its number. */
export async function numberIn(file: string): Promise<number> {
  await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'))
  return Number(readFileSync(file, 'utf8'))
}

/** Whether the process is there and not merely waiting to be reaped. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  if (process.platform !== 'linux') return true
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
  } catch {
    return false
  }
}

/** Resolves when `condition` holds; the test's own time limit is the bound. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5)
}

/** A shell line that goes on once a file is there: so that a test decides when. */
export const waitingFor = (file: string) => `while [ ! -e ${file} ]; do sleep 0.02; done`

/** The processes whose current folder is `folder`, as Linux knows them; none where there is no `/proc`. */
export function processesIn(folder: string): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap((name) => {
    try {
      return Number.isInteger(Number(name)) && readlinkSync(`/proc/${name}/cwd`) === folder
        ? [Number(name)]
        : []
    } catch {
      return []
    }
  })
}
