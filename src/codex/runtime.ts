/** What all threads of one `Codex` share; each part is made when it is first needed. */

import type { Log } from '../observability/log.ts'
import type { Tracer } from '../observability/tracer.ts'
import type { Clock } from '../platform/clock.ts'
import type { ThreadId, TurnId } from '../protocol/ids.ts'
import type { Store } from '../stores/ports.ts'
import type { Pack } from '../tools/pack.ts'
import type { ToolSet } from '../tools/tool-set.ts'
import type { CodexOptions, ThreadOptions } from './options.ts'
import type { ScriptHost } from './script-host.ts'
import type { Session } from './session.ts'
import type { Thread } from './thread.ts'
import type { TurnModel } from './turn-scope.ts'

/**
 * Turns names into rooms.
 *
 * The front door supplies it, so that the loop names no pack and no database.
 */
export interface Doors {
  readonly clock: Clock
  /** Where commands inherit from, and keys are found. */
  readonly environment: Readonly<Record<string, string>>
  /** Absolute. */
  readonly workingDirectory: string
  /** Absolute; where the user's own AGENTS.md may be. */
  readonly home: string
  readonly packSlugs: readonly string[]
  loadPack(slug: string): Promise<Pack>
  /** The store of hosts that bring none. */
  openStore(): Promise<Store>
}

export interface Runtime {
  readonly options: CodexOptions
  readonly doors: Doors
  readonly log: Log
  readonly tracer: Tracer
  store(): Promise<Store>
  tools(): Promise<ToolSet>
  scripts(): Promise<ScriptHost>
  /** @throws {OptionError} No such provider, or it has no key. */
  model(slug: string, options: ThreadOptions, threadId: ThreadId): Promise<TurnModel>
  newTurnId(): TurnId
  openSession(id: ThreadId, isNew: boolean): Promise<Session>
  /** Copies everything that a thread holds into a new one. */
  forkRecords(id: ThreadId): Promise<ThreadId>
  /** A thread that is stored already. */
  adopt(id: ThreadId, options: ThreadOptions): Thread
  forget(thread: Thread): void
}
