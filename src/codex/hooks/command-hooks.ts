/** Runs the programs that a host has named for certain points of a turn, as Codex runs its hooks. */

import { contextMessage, hookPrompt } from '../../context/messages.ts'
import type { CommandResult } from '../../platform/command.ts'
import type { Workspace } from '../../platform/workspace.ts'
import { messageOf } from '../../protocol/errors.ts'
import type { MessageItem } from '../../protocol/response-item.ts'
import { jsonSafe } from '../../std/json-safe.ts'
import { truncateMiddle } from '../../std/truncate.ts'
import type { AfterToolCall, BeforeToolCall } from '../../tools/dispatch.ts'
import { redactOutput } from '../../tools/redact-output.ts'
import type { Runtime } from '../runtime.ts'
import { type ActiveTurn, TurnStop } from '../turn/active-turn.ts'
import type { TurnPlan } from '../turn/turn-plan.ts'
import type { TurnScope } from '../turn/turn-scope.ts'
import { type HookCommand, type HookCommands, type HookEvent, matches } from './hook-commands.ts'
import { type HookOutcome, readHookOutput } from './hook-output.ts'
import { hookedCall, refusalOf, shownResponse } from './hooked-call.ts'

/** Codex's, in seconds. */
const TIMEOUT_SECONDS = 600
const OUTPUT_BYTES_MAX = 256 * 1024
/** Codex's bound for what one program may tell the model. */
const CONTEXT_TOKENS_MAX = 2_500

export interface CommandHooksParts {
  readonly runtime: Runtime
  readonly threadId: string
  readonly turn: ActiveTurn
  readonly plan: TurnPlan
  readonly workspace: Workspace
}

/** What the programs of one event came to together. */
interface Together {
  /** Of the first that blocked or stopped. */
  readonly stop: HookOutcome | null
  /** Of all that blocked, a blank line between. */
  readonly reasons: string
  readonly contexts: readonly MessageItem[]
  /** Of the program that ended last, as with Codex. */
  readonly updatedInput: unknown
}

const NOTHING: Together = { stop: null, reasons: '', contexts: [], updatedInput: undefined }

export class CommandHooks {
  readonly #parts: CommandHooksParts
  readonly #commands: HookCommands
  #isGoingOn = false

  constructor(commands: HookCommands, parts: CommandHooksParts) {
    this.#commands = commands
    this.#parts = parts
  }

  /** @returns What the model is told. @throws {TurnStop} The session is not to begin. */
  async sessionStarts(source: 'startup' | 'resume'): Promise<readonly MessageItem[]> {
    const { stop, contexts } = await this.#run('SessionStart', { source }, [source])
    if (stop !== null) throw blocked(stop)
    return contexts
  }

  /** @throws {TurnStop} The turn's prompt is not let through. */
  async admitPrompt(prompt: MessageItem, scope: Pick<TurnScope, 'record'>): Promise<void> {
    const { contexts, stop } = await this.promptSubmitted(prompt)
    scope.record(contexts)
    if (stop !== null) throw stop
  }

  /** A prompt that is blocked must not be recorded; what the programs told the model is recorded all the same. */
  async promptSubmitted(
    prompt: MessageItem,
  ): Promise<{ readonly contexts: readonly MessageItem[]; readonly stop: TurnStop | null }> {
    const text = prompt.content.flatMap((part) => (part.type === 'input_text' ? [part.text] : [])).join('\n')
    try {
      const { stop, contexts } = await this.#run('UserPromptSubmit', { prompt: text }, [])
      return { contexts, stop: stop === null ? null : blocked(stop) }
    } catch (error) {
      if (!this.#parts.turn.signal.aborted) throw error
      // What nobody could look at is not let through.
      return { contexts: [], stop: blocked({ status: 'stopped', reason: 'the turn was stopped meanwhile' }) }
    }
  }

  readonly beforeToolCall = async ({
    tool,
    callId,
    input,
  }: Parameters<BeforeToolCall>[0]): Promise<
    { readonly refusal: string } | { readonly input: unknown } | undefined
  > => {
    const call = hookedCall(tool, input)
    const { stop, contexts, updatedInput } = await this.#run(
      'PreToolUse',
      { tool_name: call.toolName, tool_input: jsonSafe(call.toolInput), tool_use_id: callId },
      [call.toolName, ...call.aliases],
    )
    this.#parts.turn.tell(...contexts)
    if (stop !== null) return { refusal: refusalOf(call, stop.reason ?? '') }
    return updatedInput === undefined ? undefined : { input: call.inputFrom(updatedInput) }
  }

  /** What a program says against a call that was made takes the place of its result. */
  readonly afterToolCall = async ({
    tool,
    callId,
    input,
    outcome,
  }: Parameters<AfterToolCall>[0]): Promise<{ readonly feedback: string } | undefined> => {
    // As with Codex: of a call that was refused, or failed, there is no result to look at.
    if (!outcome.ok) return undefined
    const call = hookedCall(tool, input)
    const { reasons, contexts } = await this.#run(
      'PostToolUse',
      {
        tool_name: call.toolName,
        tool_input: jsonSafe(call.toolInput),
        tool_response: jsonSafe(shownResponse(call.toolName, outcome.output)),
        tool_use_id: callId,
      },
      [call.toolName, ...call.aliases],
    )
    this.#parts.turn.tell(...contexts)
    return reasons === '' ? undefined : { feedback: reasons }
  }

  /** @returns What the model is to go on with; nothing where the turn may end. */
  async turnEnds(lastMessage: string): Promise<readonly MessageItem[]> {
    const { stop, reasons } = await this.#run(
      'Stop',
      { stop_hook_active: this.#isGoingOn, last_assistant_message: lastMessage === '' ? null : lastMessage },
      [],
    )
    if (stop === null || stop.status === 'stopped') return []
    this.#isGoingOn = true
    return [hookPrompt(reasons)]
  }

  /** All programs of an event at once; what they said in the order in which they are named. */
  async #run(event: HookEvent, facts: object, names: readonly string[]): Promise<Together> {
    const hasMatcher = names.length > 0
    const commands = (this.#commands[event] ?? [])
      .filter(({ matcher }) => !hasMatcher || matches(matcher, names))
      .flatMap(({ hooks }) => hooks)
    if (commands.length === 0) return NOTHING
    const { runtime } = this.#parts
    const input = JSON.stringify(redactOutput({ ...this.#facts(event), ...facts }, runtime.redactor))
    let updatedInput: unknown
    const outcomes = await Promise.all(
      commands.map(async (command) => {
        const outcome = redactOutput(await this.#runOne(event, command, input), runtime.redactor)
        updatedInput = outcome.updatedInput ?? updatedInput
        this.#report(event, command, outcome)
        return outcome
      }),
    )
    this.#parts.turn.signal.throwIfAborted()
    const against = outcomes.filter(({ status }) => status === 'blocked' || status === 'stopped')
    return {
      stop: against.find(({ status }) => status === 'stopped') ?? against[0] ?? null,
      reasons: against.map(({ reason }) => reason).join('\n\n'),
      contexts: outcomes.flatMap(({ context }) => (context === undefined ? [] : [developerMessage(context)])),
      updatedInput,
    }
  }

  async #runOne(event: HookEvent, command: HookCommand, stdin: string): Promise<HookOutcome> {
    const { workspace, turn } = this.#parts
    const { timeout = TIMEOUT_SECONDS, commandWindows = command.command } = command
    let result: CommandResult
    try {
      // The host's own programs, so no sandbox; what the model does with their answers has one.
      result = await workspace.unconfined.run(
        {
          command: process.platform === 'win32' ? commandWindows : command.command,
          stdin,
          login: true,
          timeoutMs: timeout * 1000,
          outputBytesMax: OUTPUT_BYTES_MAX,
        },
        { signal: turn.signal },
      )
    } catch (error) {
      turn.signal.throwIfAborted()
      return { status: 'failed', reason: messageOf(error) }
    }
    return result.timedOut
      ? { status: 'failed', reason: `took longer than ${timeout} s` }
      : readHookOutput(event, result)
  }

  /** A program that fails stops nothing: the host hears of it, the model does not. */
  #report(event: HookEvent, { command }: HookCommand, { status, reason, warning }: HookOutcome): void {
    const { runtime, turn } = this.#parts
    if (warning !== undefined) runtime.log.warn(`A ${event} hook says: ${warning}`, { command })
    if (status !== 'failed') return
    const message = `A ${event} hook ${reason}. Its command: ${command}`
    runtime.log.warn(message)
    turn.emit({ type: 'error', message })
  }

  #facts(event: HookEvent): object {
    const { threadId, turn, plan, workspace } = this.#parts
    return {
      session_id: threadId,
      ...(event === 'SessionStart' ? {} : { turn_id: turn.turnId }),
      transcript_path: null,
      cwd: workspace.root,
      hook_event_name: event,
      model: plan.model.slug,
      permission_mode: plan.approvalPolicy === 'never' ? 'bypassPermissions' : 'default',
    }
  }
}

const blocked = ({ reason = '' }: HookOutcome) => new TurnStop('blocked', { block: reason })

function developerMessage(context: string): MessageItem {
  return contextMessage('developer', [truncateMiddle(context, { mode: 'tokens', limit: CONTEXT_TOKENS_MAX })])
}
