/** The front door: `Codex`, what it takes to write a tool, and the types a host needs. */

import { CodexRuntime } from './codex/codex.ts'
import { splitOptions } from './codex/options/check-options.ts'
import type { CodexOptions, ThreadOptions, TurnOptions } from './codex/options/options.ts'
import { Run } from './codex/run.ts'
import { openDoors } from './open-doors.ts'
import { OptionError } from './protocol/errors.ts'
import type { Input } from './protocol/types.ts'
import type { OutputOf } from './tools/schema.ts'

export type { Threads } from './codex/codex.ts'
export {
  NoActiveTurnError,
  OutputSchemaError,
  RolloutDamagedError,
  ThreadBusyError,
  ThreadClosedError,
  TurnAbortedError,
  TurnBlockedError,
  TurnLimitError,
  UnknownApprovalError,
} from './codex/errors.ts'
export type { HookCommand, HookCommands, HookEvent, HookGroup } from './codex/hooks/hook-commands.ts'
export type {
  AnswerUserInput,
  Approve,
  CodexOptions,
  Hooks,
  ImportedRollout,
  ModelOptions,
  ProviderOptions,
  RolloutImportOptions,
  ThreadOptions,
  TurnLimits,
  TurnOptions,
  UserInputRequest,
  WhenBusy,
} from './codex/options/options.ts'
export type * from './codex/options/sdk-names.ts'
export { Run } from './codex/run.ts'
export { type StreamedTurn, Thread } from './codex/thread.ts'
export type { Log } from './observability/log.ts'
export type { Span, Tracer } from './observability/tracer.ts'
export type { EnvironmentPolicy } from './platform/environment.ts'
export {
  CodexError,
  isCodexError,
  ModelError,
  OptionError,
  ScriptError,
  StoreError,
  ToolError,
  TurnError,
} from './protocol/errors.ts'
export type { FileKey, ThreadId, TurnId } from './protocol/ids.ts'
export type { JsonSchema } from './protocol/json.ts'
export type { Turn } from './protocol/turn.ts'
export type * from './protocol/types.ts'
export type { Store, ThreadSummary } from './stores/ports.ts'
export type { Assessment, AssessmentContext } from './tools/assessment.ts'
export type { Chat, ChatData, ChatMessage, ChatOptions, ChatResult } from './tools/chat.ts'
export type { CommandRules, PrefixRule } from './tools/command-rules.ts'
export { definePack, type Pack } from './tools/pack.ts'
export type { Schema } from './tools/schema.ts'
export {
  type AnyTool,
  type BoardNote,
  defineTool,
  type NewBoardNote,
  type Tool,
  type ToolBoard,
  type ToolContext,
  type UserAnswers,
  type UserQuestion,
} from './tools/tool.ts'

/**
 * An agent runtime with the defaults of a person's own machine.
 *
 * The environment, the home folder and the current directory are read once, here: `OPENROUTER_API_KEY`,
 * `OPENAI_API_KEY`, `ANTHROPIC_API_KEY`, `CODEX_TS_MODEL` and `CODEX_TS_HOME`. Nothing is started or opened before the
 * first run. Dispose it (`await using`) to stop its turns and end its processes.
 */
export class Codex extends CodexRuntime {
  /** @throws {OptionError} An option that cannot be meant; its name is in `error.option`. */
  constructor(options: CodexOptions = {}) {
    if (typeof options !== 'object' || options === null)
      throw new OptionError('options', 'must be an object.')
    const doors = openDoors(options)
    const model = options.model ?? options.config?.model ?? doors.environment.CODEX_TS_MODEL
    super(typeof model === 'string' && model !== '' ? { ...options, model } : options, doors)
  }

  /**
   * One turn on a thread of its own, closed when the turn is over.
   *
   * @param options Those of the `Codex`, the thread and the turn together.
   * @throws Nothing here: what goes wrong rejects the run, as with `thread.run()`.
   */
  static run<S = unknown>(
    input: Input,
    options: CodexOptions & ThreadOptions & TurnOptions & { outputSchema?: S } = {},
  ): Run<OutputOf<S>> {
    return new Run<OutputOf<S>>((emit) => {
      const stop = new AbortController()
      const runOnce = async () => {
        const { codex: codexOptions, thread: threadOptions, turn: turnOptions } = splitOptions(options)
        await using codex = new Codex(codexOptions)
        const thread = codex.startThread(threadOptions)
        const run = thread.run<S>(input, turnOptions as TurnOptions & { outputSchema?: S })
        const interrupt = () => void thread.interrupt()
        stop.signal.addEventListener('abort', interrupt, { once: true })
        if (stop.signal.aborted) interrupt()
        for await (const event of run) emit(event)
        return await run
      }
      const result = runOnce()
      result.catch(() => {})
      return { result, stop: () => stop.abort() }
    })
  }
}
