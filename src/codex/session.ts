/** The live occupant of a thread: its history, its workspace, and one turn at a time. */

import { type ContextBaseline, contextUpdate, features } from '../context/index.ts'
import { openWorkspace, type WorkspaceOptions } from '../platform/open-workspace.ts'
import type { Workspace } from '../platform/workspace.ts'
import type { ApprovalDecision, ApprovalRequest } from '../protocol/approval.ts'
import { OptionError } from '../protocol/errors.ts'
import type { ThreadId } from '../protocol/ids.ts'
import type { MessageItem } from '../protocol/response-item.ts'
import type { ThreadMeta } from '../protocol/thread-record.ts'
import type { Turn } from '../protocol/turn.ts'
import type { Usage } from '../protocol/usage.ts'
import { ReadWriteLock } from '../std/read-write-lock.ts'
import { redactError } from '../std/redact-error.ts'
import type { ThreadWriter } from '../stores/ports.ts'
import { SessionApprovals } from '../tools/approval.ts'
import { hostHook } from '../tools/host-hook.ts'
import { type Approvals, cleanDecision } from './approvals.ts'
import { UnknownApprovalError } from './errors.ts'
import { CommandHooks } from './hooks/command-hooks.ts'
import type { ThreadOptions, TurnOptions } from './options/options.ts'
import type { Runtime } from './runtime.ts'
import type { ThreadScripts } from './scripts/host.ts'
import { SessionTasks } from './tasks/session-tasks.ts'
import { ThreadBoard } from './thread-board.ts'
import { ThreadLog } from './thread-log.ts'
import { earlierPrompt, newState, stateOf, type ThreadState, withStrategy } from './thread-state.ts'
import { type ActiveTurn, TurnStop } from './turn/active-turn.ts'
import { checkedOut } from './turn/checked-out.ts'
import { failTurn, makeTurn, parseOutput } from './turn/end-turn.ts'
import { makeScope } from './turn/make-scope.ts'
import { notifyTurnEnd } from './turn/notify-turn-end.ts'
import { openTurnOf } from './turn/open-turn.ts'
import { redactItem } from './turn/redact-item.ts'
import { newTally, runTurn, type TurnTally } from './turn/run-turn.ts'
import { settleOpenCalls } from './turn/settle-open-calls.ts'
import { lookAround, skillsFor } from './turn/surroundings.ts'
import { planTurn, type TurnPlan } from './turn/turn-plan.ts'
import type { TurnScope } from './turn/turn-scope.ts'
import type { TurnTask } from './turn/turn-task.ts'
import { addUsage, NO_USAGE } from './turn/usage.ts'
import { userMessage } from './turn/user-message.ts'
import { watchTime } from './turn/watch-time.ts'

export class Session implements AsyncDisposable {
  readonly #runtime: Runtime
  readonly #id: ThreadId
  readonly #lock = new ReadWriteLock()
  readonly #sessionApprovals = new SessionApprovals()
  #state: ThreadState | undefined
  #workspace: { readonly key: string; readonly workspace: Workspace } | undefined
  #scripts: ThreadScripts | undefined
  #tasks: SessionTasks | undefined
  readonly #board: ThreadBoard
  #hasStarted = false
  readonly #warned = new Set<string>()

  private constructor(runtime: Runtime, id: ThreadId) {
    this.#runtime = runtime
    this.#id = id
    this.#board = new ThreadBoard(runtime.redactor)
  }

  /** @throws {StoreError} The thread is not there, or cannot be read. */
  static async open(runtime: Runtime, id: ThreadId, isNew: boolean): Promise<Session> {
    const session = new Session(runtime, id)
    if (!isNew) {
      const { threads } = await runtime.store()
      session.#state = stateOf(await threads.read(id), -1)
    }
    return session
  }

  /** Questions that a turn of a process which is gone had asked, and nobody has answered. */
  async openQuestions(): Promise<ApprovalRequest[]> {
    const { threads } = await this.#runtime.store()
    const open = openTurnOf(await threads.read(this.#id))
    return (open?.questions ?? []).filter(({ answer }) => answer === undefined).map(({ request }) => request)
  }

  /**
   * Answer such a question; the call is carried out, or not, when the thread goes on.
   *
   * @throws {UnknownApprovalError} @throws {ThreadInUseError} Its process is still there: answer it in that one.
   */
  async answerOpenQuestion(id: string, decision: ApprovalDecision): Promise<void> {
    const { threads } = await this.#runtime.store()
    await using writer = await threads.open(this.#id)
    const open = openTurnOf(await threads.read(this.#id))
    const question = open?.questions.find(({ request }) => request.id === id)
    if (question === undefined || question.answer !== undefined) throw new UnknownApprovalError(id)
    await writer.append([
      { type: 'approval_answered', id, answer: cleanDecision(decision), isStanding: true },
    ])
    await writer.flush()
  }

  /** Whether anything is kept of the thread. */
  get isStored(): boolean {
    return this.#state !== undefined
  }

  /** The tokens of all turns, those of other processes as far as they were read. */
  get usage(): Usage {
    return this.#state?.usage ?? NO_USAGE
  }

  async run(
    turn: ActiveTurn,
    task: TurnTask,
    threadOptions: ThreadOptions,
    turnOptions: TurnOptions,
    approvals: Approvals,
  ): Promise<Turn> {
    const tally = newTally()
    let usageBefore = this.usage
    const describe = () => makeTurn(this.#id, turn, tally, usageBefore)
    if (turn.signal.aborted) throw failTurn(turn.signal.reason, describe())

    const plan = await planTurn(this.#runtime, this.#id, this.#state?.meta, threadOptions, turnOptions)
    const workspace = await this.#openWorkspace(plan.workspace)
    const { doors, redactor } = this.#runtime
    const message =
      task.type === 'prompt'
        ? redactItem(await userMessage(task.input, doors.workingDirectory, turnOptions.author), redactor)
        : null
    const { state, writer } = await this.#openState(plan, threadOptions, workspace)
    state.history = withStrategy(state.history, plan.history)
    const prompt = message ?? earlierPrompt(state, task)
    if (prompt === null) {
      await writer[Symbol.asyncDispose]()
      throw nothingToDo(task)
    }
    usageBefore = state.usage
    const log = new ThreadLog(writer)
    const stopWatch = watchTime(turn, this.#runtime.options.limits?.wallMs)
    turn.emit({ type: 'thread.started', thread_id: this.#id })
    turn.emit({ type: 'turn.started' })
    // What a script asks that an earlier turn left running.
    for (const request of approvals.requests) turn.emit({ type: 'approval.requested', request })
    try {
      log.add({ type: 'turn_started', turnId: turn.turnId, options: optionsRecord(plan) })
      await this.#carry(turn, plan, workspace, state, log, approvals, { task, prompt }, tally)
      // Before the end is recorded: a turn ends once, well or badly.
      const output = await parseOutput(describe(), turnOptions.outputSchema)
      await this.#end(turn, log, state, tally, 'completed')
      turn.emit({ type: 'turn.completed', usage: tally.usage ?? NO_USAGE })
      const result = describe()
      if (task.type === 'prompt') await notifyTurnEnd(this.#runtime, result, prompt, workspace.root)
      return output === undefined ? result : { ...result, output }
    } catch (error) {
      throw await this.#fail(error, turn, log, state, tally, describe)
    } finally {
      clearTimeout(stopWatch)
      state.position = writer.position
      await writer[Symbol.asyncDispose]()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scripts?.close()
    await this.#tasks?.close(this.#id)
    await this.#workspace?.workspace[Symbol.asyncDispose]()
    this.#workspace = undefined
  }

  async #carry(
    turn: ActiveTurn,
    plan: TurnPlan,
    workspace: Workspace,
    state: ThreadState,
    log: ThreadLog,
    approvals: Approvals,
    { task, prompt }: { readonly task: TurnTask; readonly prompt: MessageItem },
    tally: TurnTally,
  ): Promise<void> {
    const { beforeTurn } = this.#runtime.options.hooks ?? {}
    await hostHook(beforeTurn?.({ threadId: this.#id, turnId: turn.turnId }), turn.signal)
    if (plan.toolMode !== 'direct') this.#scripts ??= (await this.#runtime.scripts()).openThread()
    const { documents } = await this.#runtime.store()
    const { open } = state
    const switches = features({ overrides: this.#runtime.options.features })
    const around = await lookAround(plan, workspace, this.#runtime.doors, switches)
    this.#warnOnce([...switches.warnings, ...around.warnings])
    const tell = (baseline: ContextBaseline | null) => {
      const update = contextUpdate(baseline, around.values)
      if (update.baseline !== state.baseline) log.add({ type: 'context_told', baseline: update.baseline })
      state.baseline = update.baseline
      return update.items
    }
    this.#tasks ??= new SessionTasks(this.#runtime)
    const sessionTasks = this.#tasks
    const isNew = state.history.items().length === 0
    const commandHooks = this.#commandHooks(turn, plan, workspace)
    const scope = makeScope({
      runtime: this.#runtime,
      threadId: this.#id,
      turn,
      plan,
      prompt,
      workspace,
      documents,
      history: state.history,
      stored: state.stored,
      log,
      approvals,
      open,
      goesOn: task.type === 'continue',
      tasks: sessionTasks.tasks,
      board: this.#board,
      commandHooks,
      opening: () => contextUpdate(null, around.values).items,
      afterCompaction: () => void tell(null),
      features: switches,
      sessionApprovals: this.#sessionApprovals,
      lock: this.#lock,
      scripts: this.#scripts,
    })
    if (isNew || switches.isOn('context_updates')) {
      scope.record(tell(state.baseline))
    }
    if (task.type !== 'compact') this.#board.beginTurn(turn.turnId)
    this.#scripts?.gate.enter(scope)
    sessionTasks.enter(turn, log, state.taskRecords, scope)
    try {
      if (open !== null) scope.record(await settleOpenCalls(open, task.type === 'continue', scope))
      turn.signal.throwIfAborted()
      scope.record(sessionTasks.takeNotes())
      if (commandHooks !== null) await this.#start(commandHooks, isNew, scope)
      if (task.type === 'prompt') {
        await commandHooks?.admitPrompt(prompt, scope)
        const asked = await skillsFor(prompt, around.skills, workspace.root)
        this.#warnOnce(asked.warnings)
        scope.record([prompt, ...asked.items])
      }
      if (task.type === 'compact') {
        tally.steps = 1
        await scope.compact(tally)
      } else await runTurn(scope, tally)
    } catch (error) {
      // What was said into the turn and not read yet is not lost with it.
      do scope.record(await scope.steered().catch(() => []))
      while (!turn.closeInput())
      throw error
    } finally {
      sessionTasks.leave()
      if (task.type !== 'compact') this.#board.endTurn()
      this.#scripts?.gate.leave()
    }
  }

  #commandHooks(turn: ActiveTurn, plan: TurnPlan, workspace: Workspace): CommandHooks | null {
    const { commands } = this.#runtime.options.hooks ?? {}
    if (commands === undefined) return null
    return new CommandHooks(commands, { runtime: this.#runtime, threadId: this.#id, turn, plan, workspace })
  }

  async #start(commandHooks: CommandHooks, isNew: boolean, scope: TurnScope): Promise<void> {
    if (this.#hasStarted) return
    scope.record(await commandHooks.sessionStarts(isNew ? 'startup' : 'resume'))
    this.#hasStarted = true
  }

  #warnOnce(warnings: readonly string[]): void {
    for (const warning of warnings) {
      if (this.#warned.has(warning)) continue
      this.#warned.add(warning)
      this.#runtime.log.warn(warning)
    }
  }

  /** The turn's last records; after this they are kept. */
  async #end(
    turn: ActiveTurn,
    log: ThreadLog,
    state: ThreadState,
    { usage }: TurnTally,
    status: 'completed' | 'failed' | 'aborted',
    message?: string,
  ): Promise<void> {
    turn.items.close()
    log.add({
      type: 'turn_ended',
      turnId: turn.turnId,
      status,
      usage: usage ?? NO_USAGE,
      ...(message === undefined ? {} : { message }),
    })
    await log.settled()
    state.open = null
    state.isComplete = status === 'completed'
    if (usage !== null) state.usage = addUsage(state.usage, usage)
  }

  /** Tells of the failure where it is listened for; gives the error that the host sees. */
  async #fail(
    cause: unknown,
    turn: ActiveTurn,
    log: ThreadLog,
    state: ThreadState,
    tally: TurnTally,
    describe: () => Turn,
  ): Promise<unknown> {
    const stop = turn.signal.aborted ? turn.signal.reason : cause
    const reason = stop instanceof TurnStop ? stop.abortReason : null
    const usage = tally.usage ?? NO_USAGE
    const error = redactError(failTurn(stop, describe()), this.#runtime.redactor)
    const message = error instanceof Error ? error.message : String(error)
    try {
      await this.#end(turn, log, state, tally, reason === null ? 'failed' : 'aborted', message)
    } catch (unkept) {
      this.#runtime.log.error('The end of a turn could not be kept.', {
        threadId: this.#id,
        error: String(unkept),
      })
    }
    if (reason !== null) {
      turn.emit({ type: 'turn.aborted', reason, usage })
    } else {
      turn.emit({ type: 'error', message })
      turn.emit({ type: 'turn.failed', error: { message } })
    }
    await this.#tellHook(error, turn)
    return error
  }

  async #tellHook(error: unknown, { signal }: ActiveTurn): Promise<void> {
    try {
      await hostHook(this.#runtime.options.hooks?.onError?.(error), signal)
    } catch (problem) {
      this.#runtime.log.error('The onError hook failed.', { error: String(problem) })
    }
  }

  /** One workspace serves turn after turn, until its options change: its processes outlive a turn. */
  async #openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
    const { environment: _environment, clock: _clock, sandbox: _sandbox, ...asked } = options
    const key = JSON.stringify(asked)
    if (this.#workspace?.key === key) return this.#workspace.workspace
    const workspace = await openWorkspace(options)
    await this.#workspace?.workspace[Symbol.asyncDispose]()
    this.#workspace = { key, workspace }
    return workspace
  }

  /** The thread as its records have it now, and the right to add to them until the turn ends. */
  async #openState(
    plan: TurnPlan,
    threadOptions: ThreadOptions,
    workspace: Workspace,
  ): Promise<{ state: ThreadState; writer: ThreadWriter }> {
    const { threads } = await this.#runtime.store()
    if (this.#state === undefined) {
      const meta: ThreadMeta = {
        id: this.#id,
        createdAt: this.#runtime.doors.clock.now(),
        workingDirectory: workspace.root,
        ...(await checkedOut(workspace.root)),
        model: plan.model.slug,
        ...(plan.agentId === undefined ? {} : { agentId: plan.agentId }),
        ...(threadOptions.threadSource === undefined ? {} : { source: threadOptions.threadSource }),
      }
      const writer = await threads.create(meta)
      this.#state = newState(meta, writer.position)
      return { state: this.#state, writer }
    }
    const writer = await threads.open(this.#id)
    if (writer.position !== this.#state.position) {
      try {
        this.#state = stateOf(await threads.read(this.#id), writer.position)
      } catch (error) {
        await writer[Symbol.asyncDispose]()
        throw error
      }
    }
    return { state: this.#state, writer }
  }
}

function nothingToDo(task: TurnTask): OptionError {
  return task.type === 'compact'
    ? new OptionError('compact', 'the thread holds no conversation yet. Call run() first.')
    : new OptionError(
        'continue',
        'the last turn of the thread came to its end. Call run() with a new prompt.',
      )
}

function optionsRecord(plan: TurnPlan): Record<string, unknown> {
  return {
    model: plan.model.slug,
    toolMode: plan.toolMode,
    workingDirectory: plan.workspace.workingDirectory,
    sandboxMode: plan.workspace.sandboxMode,
    approvalPolicy: plan.approvalPolicy,
    ...(plan.agentId === undefined ? {} : { agentId: plan.agentId }),
  }
}
