/** What the front door brings, so that the loop names no pack and no database. */

import type { Clock } from '../platform/clock.ts'
import type { Store } from '../stores/ports.ts'
import type { Pack } from '../tools/pack.ts'

/** Turns names into rooms. */
export interface Doors {
  readonly clock: Clock
  /** Where commands inherit from, and keys are found. */
  readonly environment: Readonly<Record<string, string>>
  /** Absolute. */
  readonly workingDirectory: string
  /** Absolute; where the user's own AGENTS.md, rules and skills may be. */
  readonly home: string
  /** Absolute; the user's own folder, as the system has it. */
  readonly userHome: string
  readonly packSlugs: readonly string[]
  loadPack(slug: string): Promise<Pack>
  /** The store of hosts that bring none. */
  openStore(): Promise<Store>
}
