/** What the front doors take from the process they run in, read once; the rooms behind them are passed it. */

import { homedir } from 'node:os'
import path from 'node:path'
import type { Doors } from './codex/doors.ts'
import { loadPack, packSlugs } from './packs/index.ts'
import { systemClock } from './platform/clock.ts'
import { OptionError } from './protocol/errors.ts'

export interface DoorOptions {
  /** In place of the process's own environment. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** @throws {OptionError} This Node is older than the package's engine. */
export function openDoors({ env }: DoorOptions): Doors {
  checkNode()
  const environment = env ?? definedOnly(process.env)
  const home = homeFolder(environment)
  return {
    clock: systemClock,
    environment,
    workingDirectory: process.cwd(),
    home,
    userHome: homedir(),
    packSlugs,
    loadPack,
    async openStore() {
      const { fileStore } = await import('./stores/file/index.ts')
      return fileStore(home)
    },
  }
}

/** Absolute: where threads, documents and the user's own rules are. */
export function homeFolder(environment: Readonly<Record<string, string | undefined>>): string {
  return path.resolve(environment.CODEX_TS_HOME || path.join(homedir(), '.codex-ts'))
}

/** Without this, an older Node fails somewhere inside, over a function it does not have. */
function checkNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return
  throw new OptionError('node', `is ${process.versions.node}; codex-ts needs Node 22.18 or newer.`)
}

function definedOnly(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const defined: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) defined[name] = value
  return defined
}
