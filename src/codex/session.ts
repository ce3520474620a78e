/** The live occupant of a thread: its history, its workspace, and one turn at a time. */

import {
  type ContextBaseline,
  contextUpdate,
  features,
  gitFacts,
  notifyCommand,
  readContextBaseline,
} from '../context/index.ts'
import { DEFAULT_LIMITS } from '../harness/limits.ts'
import {
  type ConversationHistory,
  createHistory,
  type HistoryStrategy,
  isUserPrompt,
  oneShot,
  regular,
  replay,
} from '../history/index.ts'
import { openWorkspace, type WorkspaceOptions } from '../platform/open-workspace.ts'
import { startDetached } from '../platform/start-detached.ts'
import type { Workspace } from '../platform/workspace.ts'
import type { ApprovalDecision, ApprovalRequest } from '../protocol/approval.ts'
import { OptionError } from '../protocol/errors.ts'
import type { ThreadId } from '../protocol/ids.ts'
import type { MessageItem } from '../protocol/response-item.ts'
import type { ThreadMeta, ThreadRecord } from '../protocol/thread-record.ts'
import type { Turn } from '../protocol/turn.ts'
import type { Usage } from '../protocol/usage.ts'
import { ReadWriteLock } from '../std/read-write-lock.ts'
import { redactError } from '../std/redact-error.ts'
import { unreachable } from '../std/unreachable.ts'
import type { ThreadWriter } from '../stores/ports.ts'
import { SessionApprovals } from '../tools/approval.ts'
import { redactOutput } from '../tools/redact-output.ts'
import { type ActiveTurn, TurnStop } from './active-turn.ts'
import { type Approvals, cleanDecision } from './approvals.ts'
import { failTurn, makeTurn, parseOutput } from './end-turn.ts'
import { UnknownApprovalError } from './errors.ts'
import { makeScope } from './make-scope.ts'
import { type OpenTurn, openTurnOf } from './open-turn.ts'
import type { HistoryName, ThreadOptions, TurnOptions } from './options.ts'
import { redactItem } from './redact-item.ts'
import { isRepeatable } from './repeatable.ts'
import { newTally, runTurn, type TurnTally } from './run-turn.ts'
import type { Runtime } from './runtime.ts'
import { runTool } from './script-calls.ts'
import type { ThreadScripts } from './script-host.ts'
import { settleOpenCalls } from './settle-open-calls.ts'
import { HOST_FILES, lookAround, skillsFor } from './surroundings.ts'
import { ThreadLog } from './thread-log.ts'
import { ThreadTasks } from './thread-tasks.ts'
import { planTurn, type TurnPlan } from './turn-plan.ts'
import type { TurnScope } from './turn-scope.ts'
import type { TurnTask } from './turn-task.ts'
import { addUsage, NO_USAGE } from './usage.ts'
import { userMessage } from './user-message.ts'

/** What a thread's records hold. */
interface ThreadState {
  readonly meta: ThreadMeta
  history: ConversationHistory
  /** How far the records were read or written: another process may have added to them since. */
  position: number
  usage: Usage
  /** What the last turn left open, when its process ended before it did. */
  open: OpenTurn | null
  /** Whether the last turn came to a good end, so that there is nothing to go on with. */
  isComplete: boolean
  /** What the model has been told of its surroundings; null where it has to be told everything. */
  baseline: ContextBaseline | null
  /** Of tasks that were started before these records were read. */
  readonly taskRecords: readonly ThreadRecord[]
}

export class Session implements AsyncDisposable {
  readonly #runtime: Runtime
  readonly #id: ThreadId
  readonly #lock = new ReadWriteLock()
  readonly #sessionApprovals = new SessionApprovals()
  #state: ThreadState | undefined
  #workspace: { readonly key: string; readonly workspace: Workspace } | undefined
  #scripts: ThreadScripts | undefined
  #tasks: ThreadTasks | undefined
  /** The turn that runs, as tasks reach it. */
  #active: { readonly turn: ActiveTurn; readonly log: ThreadLog } | undefined
  /** What tasks had to say while no turn ran: for the file, and for the model. */
  #unkept: ThreadRecord[] = []
  #unsaid: string[] = []

  private constructor(runtime: Runtime, id: ThreadId) {
    this.#runtime = runtime
    this.#id = id
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
        ? redactItem(await userMessage(task.input, doors.workingDirectory), redactor)
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
    try {
      log.add({ type: 'turn_started', turnId: turn.turnId, options: optionsRecord(plan) })
      await this.#carry(turn, plan, workspace, state, log, approvals, { task, prompt }, tally)
      // Before the end is recorded: a turn ends once, well or badly.
      const output = await parseOutput(describe(), turnOptions.outputSchema)
      await this.#end(turn, log, state, tally, 'completed')
      turn.emit({ type: 'turn.completed', usage: tally.usage ?? NO_USAGE })
      const result = describe()
      if (task.type === 'prompt') await this.#notify(result, prompt, workspace.root)
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
    await this.#tasks?.close()
    await this.#keepLeftOver()
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
    await this.#runtime.options.hooks?.beforeTurn?.({ threadId: this.#id, turnId: turn.turnId })
    if (plan.toolMode !== 'direct') this.#scripts ??= (await this.#runtime.scripts()).openThread()
    const { documents } = await this.#runtime.store()
    const { open } = state
    const switches = features({ overrides: this.#runtime.options.features })
    const around = await lookAround(plan, workspace, this.#runtime.doors, switches)
    for (const warning of [...switches.warnings, ...around.warnings]) this.#runtime.log.warn(warning)
    const tell = (baseline: ContextBaseline | null) => {
      const update = contextUpdate(baseline, around.values)
      if (update.baseline !== state.baseline) log.add({ type: 'context_told', baseline: update.baseline })
      state.baseline = update.baseline
      return update.items
    }
    const tasks = this.#threadTasks()
    const scope = makeScope({
      runtime: this.#runtime,
      threadId: this.#id,
      turn,
      plan,
      prompt,
      workspace,
      documents,
      history: state.history,
      log,
      approvals,
      open,
      goesOn: task.type === 'continue',
      tasks,
      opening: () => contextUpdate(null, around.values).items,
      afterCompaction: () => void tell(null),
      features: switches,
      sessionApprovals: this.#sessionApprovals,
      lock: this.#lock,
      scripts: this.#scripts,
    })
    if (state.history.items().length === 0 || switches.isOn('context_updates')) {
      scope.record(tell(state.baseline))
    }
    this.#scripts?.gate.enter(scope)
    this.#active = { turn, log }
    try {
      log.add(...this.#unkept.splice(0))
      this.#restoreTasks(tasks, state, scope)
      if (open !== null) scope.record(await settleOpenCalls(open, task.type === 'continue', scope))
      turn.signal.throwIfAborted()
      scope.record(this.#unsaid.splice(0).map(taskNote))
      if (task.type === 'prompt') {
        const asked = await skillsFor(prompt, around.skills, workspace.root)
        for (const warning of asked.warnings) this.#runtime.log.warn(warning)
        scope.record([prompt, ...asked.items])
      }
      if (task.type === 'compact') await scope.compact(tally)
      else await runTurn(scope, tally)
    } catch (error) {
      // What was said into the turn and not read yet is not lost with it.
      scope.record(await scope.steered().catch(() => []))
      throw error
    } finally {
      this.#active = undefined
      this.#scripts?.gate.leave()
    }
  }

  #threadTasks(): ThreadTasks {
    this.#tasks ??= new ThreadTasks({
      tasksMax: this.#runtime.options.limits?.script?.tasksMax ?? DEFAULT_LIMITS.tasksMax,
      keep: (record) => {
        const clean = redactOutput(record, this.#runtime.redactor)
        if (this.#active === undefined) this.#unkept.push(clean)
        else this.#active.log.add(clean)
      },
      announce: (text) => {
        const clean = this.#runtime.redactor.redact(text)
        if (this.#active === undefined) this.#unsaid.push(clean)
        else this.#active.turn.steer(noteText(clean))
      },
    })
    return this.#tasks
  }

  /** Tasks of a process that is gone; those that can be are started again. */
  #restoreTasks(tasks: ThreadTasks, { taskRecords }: ThreadState, scope: TurnScope): void {
    const again = tasks.restore(taskRecords, (path) => isRepeatable(scope.tools.inScript(path)))
    for (const { taskId, path, input, turnId } of again) {
      const args = Array.isArray(input) ? input : []
      const work = (signal: AbortSignal) =>
        runTool(scope.tools, args, path, { callId: taskId, signal }, scope.taskDispatcher)
      // How it ends is announced; nobody waits for it here.
      tasks.start({ turnId, taskId, path, input }, work).catch(() => {})
    }
  }

  /** What tasks left for the file; another process may hold it, and then it is lost with this one. */
  async #keepLeftOver(): Promise<void> {
    const records = this.#unkept.splice(0)
    if (records.length === 0) return
    try {
      const { threads } = await this.#runtime.store()
      await using writer = await threads.open(this.#id)
      await writer.append(records)
    } catch (error) {
      this.#runtime.log.warn('The end of a task could not be kept.', { error: String(error) })
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
    const isStopped = stop instanceof TurnStop && stop.reason !== 'limit'
    const usage = tally.usage ?? NO_USAGE
    const error = redactError(failTurn(stop, describe()), this.#runtime.redactor)
    const message = error instanceof Error ? error.message : String(error)
    try {
      await this.#end(turn, log, state, tally, isStopped ? 'aborted' : 'failed', message)
    } catch (unkept) {
      this.#runtime.log.error('The end of a turn could not be kept.', {
        threadId: this.#id,
        error: String(unkept),
      })
    }
    if (stop instanceof TurnStop && stop.reason !== 'limit') {
      turn.emit({ type: 'turn.aborted', reason: stop.reason, usage })
    } else {
      turn.emit({ type: 'error', message })
      turn.emit({ type: 'turn.failed', error: { message } })
    }
    await this.#tellHook(error)
    return error
  }

  /** Starts the host's program for ends of turns; whether that works is no matter of the turn's. */
  async #notify(turn: Turn, prompt: MessageItem, cwd: string): Promise<void> {
    const { options, doors, log } = this.#runtime
    const command = notifyCommand(options.notify ?? [], {
      threadId: turn.threadId,
      turnId: turn.turnId,
      cwd,
      inputMessages: prompt.content.flatMap((part) => (part.type === 'input_text' ? [part.text] : [])),
      lastAssistantMessage: turn.finalResponse === '' ? null : turn.finalResponse,
    })
    if (command === null) return
    const [program, ...args] = command
    try {
      await startDetached({ program, args, cwd, env: doors.environment })
    } catch (error) {
      log.warn('The notify program could not be started.', { program, error: String(error) })
    }
  }

  async #tellHook(error: unknown): Promise<void> {
    try {
      await this.#runtime.options.hooks?.onError?.(error)
    } catch (problem) {
      this.#runtime.log.error('The onError hook failed.', { error: String(problem) })
    }
  }

  /** One workspace serves turn after turn, until its options change: its processes outlive a turn. */
  async #openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
    const { workingDirectory, additionalDirectories, sandboxMode, sandboxRequested } = options
    const key = JSON.stringify([workingDirectory, additionalDirectories, sandboxMode, sandboxRequested])
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
        ...(threadOptions.threadSource === undefined ? {} : { source: threadOptions.threadSource }),
      }
      const writer = await threads.create(meta)
      this.#state = {
        meta,
        history: createHistory(),
        usage: NO_USAGE,
        position: writer.position,
        open: null,
        isComplete: true,
        baseline: null,
        taskRecords: [],
      }
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

function stateOf(records: readonly ThreadRecord[], position: number): ThreadState {
  let usage = NO_USAGE
  let isComplete = true
  let baseline: ContextBaseline | null = null
  let meta: ThreadMeta | undefined
  for (const record of records) {
    if (record.type === 'thread_meta') meta ??= record.meta
    if (record.type === 'turn_started') isComplete = false
    if (record.type === 'context_told') baseline = readContextBaseline(record.baseline)
    if (record.type === 'compacted') baseline = null
    if (record.type === 'turn_ended') {
      usage = addUsage(usage, record.usage)
      isComplete = record.status === 'completed'
    }
  }
  return {
    meta: meta ?? unreachable('a thread without its first record'),
    history: createHistory({ items: replay(records) ?? [] }),
    usage,
    position,
    open: openTurnOf(records),
    isComplete,
    baseline,
    taskRecords: records.filter(({ type }) => type === 'task_started' || type === 'task_ended'),
  }
}

/** What git knows of the folder, as far as a thread keeps it. */
async function checkedOut(folder: string): Promise<Pick<ThreadMeta, 'git'>> {
  const facts = await gitFacts(HOST_FILES, folder)
  if (facts === null) return {}
  const { branch, commit, repositoryUrl } = facts
  return { git: { branch, commit, repositoryUrl } }
}

const noteText = (text: string) => `<task-note>\n${text}\n</task-note>`

function taskNote(text: string): MessageItem {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text: noteText(text) }] }
}

const STRATEGIES: Record<HistoryName, () => HistoryStrategy> = { regular, 'one-shot': oneShot }

/** A thread may change how it remembers from turn to turn; its items stay. */
function withStrategy(history: ConversationHistory, name: HistoryName): ConversationHistory {
  if (history.strategy.name === name) return history
  return createHistory({ strategy: STRATEGIES[name](), items: history.items() })
}

/** What the turn that is taken up was asked to do; null where there is nothing to take up. */
function earlierPrompt({ history, isComplete }: ThreadState, task: TurnTask): MessageItem | null {
  if (task.type === 'continue' && isComplete) return null
  return history.items().findLast(isUserPrompt) ?? null
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
  }
}

function watchTime(turn: ActiveTurn, wallMs: number | undefined): NodeJS.Timeout | undefined {
  if (wallMs === undefined) return undefined
  const stop = () => turn.stop(new TurnStop('limit', { limit: { name: 'wallMs', value: wallMs } }))
  return setTimeout(stop, wallMs)
}
