/** What all threads of one `Codex` share; each part is made when it is first needed. */

import type { Log } from '../observability/log.ts'
import type { Tracer } from '../observability/tracer.ts'
import type { EnvironmentPolicy } from '../platform/environment.ts'
import type { ThreadId } from '../protocol/ids.ts'
import type { Redactor } from '../std/redact.ts'
import type { Store } from '../stores/ports.ts'
import type { Pack } from '../tools/pack.ts'
import type { ToolSet } from '../tools/tool-set.ts'
import type { Doors } from './doors.ts'
import type { CodexOptions, ThreadOptions } from './options/options.ts'
import type { ScriptHost } from './scripts/host.ts'
import type { TurnModel } from './turn/turn-scope.ts'

export interface Runtime {
  readonly options: CodexOptions
  readonly doors: Doors
  /** Of threads that name none and had none. */
  readonly defaultModel: string | undefined
  readonly environmentPolicy: EnvironmentPolicy
  readonly log: Log
  readonly tracer: Tracer
  /** Knows the keys of the providers, and what of the environment looks like a secret. */
  readonly redactor: Redactor
  /** Knows those alone, and no shapes of keys: who approves a command must see what will run. */
  readonly exactRedactor: Redactor
  store(): Promise<Store>
  /** @param packs Of a thread, beside those of the `Codex`. @throws {OptionError} */
  tools(packs?: readonly (string | Pack)[]): Promise<ToolSet>
  scripts(): Promise<ScriptHost>
  /** @throws {OptionError} No such provider, or it has no key. */
  model(slug: string, options: ThreadOptions, threadId: ThreadId): Promise<TurnModel>
}
