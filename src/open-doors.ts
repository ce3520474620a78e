/** What the front doors take from the process they run in, read once; the rooms behind them are passed it. */

import { homedir } from 'node:os'
import path from 'node:path'
import type { Doors } from './codex/doors.ts'
import { loadPack, packSlugs } from './packs/index.ts'
import { systemClock } from './platform/clock.ts'

export interface DoorOptions {
  /** In place of the process's own environment. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

export function openDoors({ env }: DoorOptions): Doors {
  const environment = env ?? definedOnly(process.env)
  const home = path.resolve(environment.CODEX_TS_HOME || path.join(homedir(), '.codex-ts'))
  return {
    clock: systemClock,
    environment,
    workingDirectory: process.cwd(),
    home,
    packSlugs,
    loadPack,
    async openStore() {
      const { fileStore } = await import('./stores/file/index.ts')
      return fileStore(home)
    },
  }
}

function definedOnly(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const defined: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) defined[name] = value
  return defined
}
