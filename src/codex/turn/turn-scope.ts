/** Everything that holds for one turn, made when it begins. */

import type { ModelClient, ModelRequest } from '../../model/model-client.ts'
import type { ModelInfo } from '../../model/model-table.ts'
import type { Tracer } from '../../observability/tracer.ts'
import type { ThreadId, TurnId } from '../../protocol/ids.ts'
import type { JsonObject, JsonSchema } from '../../protocol/json.ts'
import type { SandboxMode, ToolMode } from '../../protocol/modes.ts'
import type { CallItem, CallOutputItem, ResponseItem } from '../../protocol/response-item.ts'
import type { ThreadRecord } from '../../protocol/thread-record.ts'
import type { ToolSpec } from '../../protocol/tool-spec.ts'
import type { Usage } from '../../protocol/usage.ts'
import type { TruncationPolicy } from '../../std/truncate.ts'
import type { Dispatcher } from '../../tools/dispatch.ts'
import type { ThreadDocuments } from '../../tools/tool.ts'
import type { ToolSet } from '../../tools/tool-set.ts'
import type { Hooks, TurnLimits } from '../options/options.ts'
import type { RecordedScript } from '../scripts/recorded-script.ts'
import type { ThreadTasks } from '../tasks/thread-tasks.ts'
import type { ActiveTurn } from './active-turn.ts'
import type { TurnTally } from './run-turn.ts'

export interface TurnModel {
  readonly client: ModelClient
  /** The slug that the host asked for. */
  readonly slug: string
  /** What every request of the turn says alike. */
  readonly request: Omit<ModelRequest, 'input' | 'tools' | 'instructions' | 'outputSchema'>
  readonly info: ModelInfo
  /** Whether it can call tools at all. */
  readonly toolCalls: boolean
  readonly streamRetriesMax: number
  readonly truncation: TruncationPolicy
}

/** Runs the scripts that a model sends, whichever way they travel. */
export interface ScriptCarrier {
  readonly specs: readonly ToolSpec[]
  /** Whether this call is a script, or about one. */
  carries(call: CallItem): boolean
  answer(call: CallItem, scope: TurnScope): Promise<CallOutputItem>
  /** For models without tool calls: the script inside a message, and the message that answers it. */
  readonly text?: {
    /** How to write such a block; stands behind the base instructions. */
    readonly instructions: string
    detector(): TextDetector
    /** @param scriptCallId Of a script that a process which is gone had begun, so that it is replayed. */
    answer(source: string, scope: TurnScope, scriptCallId?: string): Promise<ResponseItem>
  }
}

/** Finds a script in a message that arrives in pieces. */
export interface TextDetector {
  push(delta: string): { readonly prose: string }
  end(): { readonly prose: string; readonly source: string | undefined }
}

export interface TurnScope {
  readonly threadId: ThreadId
  readonly turnId: TurnId
  readonly turn: ActiveTurn
  readonly model: TurnModel
  readonly toolMode: ToolMode
  /** Absolute. */
  readonly workingDirectory: string
  readonly sandboxMode: SandboxMode
  readonly tools: ToolSet
  readonly specs: readonly ToolSpec[]
  readonly scripts: ScriptCarrier | null
  readonly instructions: string
  readonly outputSchema: JsonSchema | undefined
  readonly dispatcher: Dispatcher
  /** For calls that may outlive the turn: what a person is asked for them is not kept in the thread. */
  readonly taskDispatcher: Dispatcher
  readonly tasks: ThreadTasks
  /** What a process that is gone has left of the script in this call. */
  recordedScript(scriptCallId: string): RecordedScript | undefined
  /** Whether a question about this call was left open: then it had not begun. */
  hasQuestion(callId: string): boolean
  readonly documents: ThreadDocuments
  readonly limits: TurnLimits
  /** What scripts of the thread have stored; they add to it. */
  readonly stored: Map<string, unknown>
  /** What of the environment scripts may see. */
  readonly scriptEnvironment: JsonObject
  readonly hooks: Hooks
  /** Whether calls are shown while they arrive. */
  readonly showsPreviews: boolean
  readonly tracer: Tracer
  /** Into the history and the thread file. */
  record(items: readonly ResponseItem[]): void
  /** Into the thread file alone; resolves when it is kept. */
  keep(record: ThreadRecord): Promise<void>
  /** What the model sees, oldest first. */
  prompt(step: number): Promise<readonly ResponseItem[]>
  /** A conversation as the agent of the turn hears it. */
  heard(items: readonly ResponseItem[]): readonly ResponseItem[]
  /** Whether the next request would be too long, and there is something to make it shorter. */
  isFull(): boolean
  /**
   * Put a summary in the place of the conversation.
   *
   * @param tally What it cost is added. @throws {ModelError} There is none to be had; the conversation stays as it is.
   */
  compact(tally: TurnTally): Promise<void>
  /** What the newest request cost, once the items of its response are recorded. */
  noteUsage(usage: Usage): void
  /** Resolves when everything recorded is kept. */
  settled(): Promise<void>
  /** What was steered into the turn since the last look. */
  steered(): Promise<ResponseItem[]>
  /** What the model has to look at before the turn ends; nothing where it may. */
  beforeEnd(): Promise<readonly ResponseItem[]>
}
