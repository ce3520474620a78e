/** A conversation that lasts: runs on it, stops them, and answers their questions. */

import type { Log } from '../observability/log.ts'
import type { ApprovalDecision, ApprovalRequest } from '../protocol/approval.ts'
import { OptionError } from '../protocol/errors.ts'
import type { ThreadId, TurnId } from '../protocol/ids.ts'
import type { SdkThreadEvent, ThreadEvent } from '../protocol/thread-event.ts'
import type { Turn } from '../protocol/turn.ts'
import type { Usage } from '../protocol/usage.ts'
import type { Input } from '../protocol/user-input.ts'
import type { Redactor } from '../std/redact.ts'
import type { OutputOf } from '../tools/schema.ts'
import { Approvals, DECISIONS, isDecision } from './approvals.ts'
import { NoActiveTurnError, ThreadBusyError, ThreadClosedError } from './errors.ts'
import { checkInput } from './options/check-input.ts'
import { checkThreadOptions, checkTurnOptions } from './options/check-options.ts'
import type { Approve, ThreadOptions, TurnOptions } from './options/options.ts'
import { Run } from './run.ts'
import type { Session } from './session.ts'
import { ActiveTurn, TurnStop } from './turn/active-turn.ts'
import { failTurn, makeTurn } from './turn/end-turn.ts'
import { newTally } from './turn/run-turn.ts'
import { sdkEvents } from './turn/sdk-events.ts'
import type { TurnTask } from './turn/turn-task.ts'
import { NO_USAGE } from './turn/usage.ts'

/** Source: `@openai/codex-sdk`. */
export interface StreamedTurn {
  events: AsyncGenerator<SdkThreadEvent>
}

/** The `Codex` that a thread belongs to. */
export interface ThreadHome {
  readonly approve: Approve | undefined
  readonly log: Log
  readonly redactor: Redactor
  newTurnId(): TurnId
  openSession(id: ThreadId, isNew: boolean): Promise<Session>
  /** Copies everything that a thread holds into a new one, which is described by its own options. */
  forkRecords(id: ThreadId, options: ThreadOptions): Promise<ThreadId>
  /** A thread that is stored already. */
  adopt(id: ThreadId, options: ThreadOptions): Thread
  forget(thread: Thread): void
}

/** Made by `codex.startThread()` or `codex.resumeThread()`. */
export class Thread implements AsyncDisposable {
  readonly id: ThreadId
  readonly #home: ThreadHome
  readonly #approvals: Approvals
  #options: ThreadOptions
  #isNew: boolean
  #session: Promise<Session> | undefined
  /** The first runs; those behind it wait. */
  #turns: readonly ActiveTurn[] = []
  #isClosed = false

  /**
   * @param isNew Whether nothing is stored of it yet.
   * @internal
   */
  constructor(home: ThreadHome, id: ThreadId, options: ThreadOptions, isNew: boolean) {
    this.id = id
    this.#home = home
    this.#options = options
    this.#isNew = isNew
    this.#approvals = new Approvals(home.approve, home.log)
  }

  /** The tokens of all its turns in this process and before; known once it has run. */
  get usage(): Usage {
    return this.#usage ?? NO_USAGE
  }
  #usage: Usage | undefined

  get isBusy(): boolean {
    return this.#turns.length > 0
  }

  /**
   * Start a turn. It is at work already when this returns: await it for the `Turn`, or iterate it for its events.
   *
   * @throws Nothing here: what goes wrong rejects the run. {OptionError} the options cannot be meant; {ThreadBusyError}
   *   a turn is running and `whenBusy` is `reject`; {ModelError} the provider failed; {TurnAbortedError} it was stopped;
   *   {TurnLimitError}; {StoreError} the thread could not be read or kept.
   */
  run<S = unknown>(input: Input, options: TurnOptions & { outputSchema?: S } = {}): Run<OutputOf<S>> {
    return this.#start<S>({ type: 'prompt', input }, options)
  }

  /**
   * Go on with a turn that was cut off: by a limit, a stop, or the end of its process. Nothing new is said to the model.
   *
   * Calls that waited for a person are asked about again, or follow the answer that came since.
   *
   * @throws As `run` does; {OptionError} the last turn came to its end.
   */
  continue<S = unknown>(options: TurnOptions & { outputSchema?: S } = {}): Run<OutputOf<S>> {
    return this.#start<S>({ type: 'continue' }, options)
  }

  /**
   * Put a summary in the place of the conversation so far; the user's own words stay. Turns do so by themselves when the
   * model's limit is near.
   *
   * @returns A run like any other: its usage is what the summary cost. Throws as `run` does; the conversation is then as
   *   it was. {OptionError} nothing was said yet.
   */
  compact(options: Pick<TurnOptions, 'signal' | 'model'> = {}): Run {
    return this.#start({ type: 'compact' }, options)
  }

  /** The same as `@openai/codex-sdk` spells it, with its events and no others. */
  async runStreamed(input: Input, options: TurnOptions = {}): Promise<StreamedTurn> {
    const run = this.run(input, options)
    return { events: sdkEvents(run) }
  }

  /**
   * Say something to the turn that runs; the model reads it before its next step.
   *
   * @param options `author`: who says it, where that is not the one user.
   * @throws {NoActiveTurnError} No turn runs, or it is about to end and reads nothing more.
   */
  async steer(input: Input, options: Pick<TurnOptions, 'author'> = {}): Promise<void> {
    checkTurnOptions(options)
    const said = checkInput('input', input)
    if (this.#turns[0]?.steer(said, options.author) !== true) throw new NoActiveTurnError(this.id)
  }

  /** Stop the turn that runs, if one does, and wait until it has. */
  async interrupt(): Promise<void> {
    await stopAll(this.#turns.slice(0, 1), new TurnStop('interrupted'))
  }

  /**
   * A new thread that begins with everything this one holds; from then on they share nothing.
   *
   * @throws {ThreadBusyError} A turn is running. @throws {OptionError} Nothing has been run yet.
   */
  async fork(options: ThreadOptions = {}): Promise<Thread> {
    checkThreadOptions(options)
    if (this.isBusy) throw new ThreadBusyError(this.id)
    if (this.#isNew) throw new OptionError('fork', `thread ${this.id} has not been run yet; run it first.`)
    const own = { ...this.#options, ...options }
    return this.#home.adopt(await this.#home.forkRecords(this.id, own), own)
  }

  /** Calls that wait for a person, those of a process that has ended meanwhile included. */
  async approvals(): Promise<ApprovalRequest[]> {
    const asked = this.#approvals.requests
    // A script that was left running may ask between two turns, too.
    if (this.isBusy || this.#isNew || asked.length > 0) return asked
    return await (await this.#openSession()).openQuestions()
  }

  /**
   * Answer a call that waits. One of a process that has ended is carried out by the next `continue()` or `run()`.
   *
   * @throws {UnknownApprovalError} Nobody asks, or no longer. @throws {ThreadInUseError} Another process asks it now.
   */
  async answer(id: string, decision: ApprovalDecision): Promise<void> {
    checkDecision(decision)
    if (this.isBusy || this.#isNew || this.#approvals.has(id)) this.#approvals.answer(id, decision)
    else await (await this.#openSession()).answerOpenQuestion(id, decision)
  }

  /** Stops the turn, ends every process of the thread, and lets go of its file. */
  async close(): Promise<void> {
    this.#isClosed = true
    await stopAll(this.#turns, new TurnStop('closed'))
    const session = await this.#session?.catch(() => undefined)
    await session?.[Symbol.asyncDispose]()
    this.#home.forget(this)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Options for the turns to come; those left out stay. @throws {OptionError} */
  change(options: ThreadOptions): void {
    checkThreadOptions(options)
    this.#options = { ...this.#options, ...options }
  }

  #start<S>(task: TurnTask, options: TurnOptions): Run<OutputOf<S>> {
    return new Run<OutputOf<S>>((emit) => {
      const stop = new AbortController()
      const result = this.#begin(task, options, emit, stop.signal)
      result.catch(() => {})
      // The session checked the output against the schema, so its type is the schema's.
      return { result: result as Promise<Turn<OutputOf<S>>>, stop: () => stop.abort() }
    })
  }

  async #begin(
    task: TurnTask,
    options: TurnOptions,
    emit: (event: ThreadEvent) => void,
    stopped: AbortSignal,
  ): Promise<Turn> {
    checkTurnOptions(options)
    if (task.type === 'prompt') checkInput('input', task.input)
    if (this.#isClosed) throw new ThreadClosedError(this.id)

    const [running] = this.#turns
    const { whenBusy = 'reject' } = this.#options
    if (running !== undefined && (whenBusy === 'reject' || task.type === 'continue'))
      throw new ThreadBusyError(this.id)
    if (running !== undefined && whenBusy === 'steer' && task.type === 'prompt') {
      checkJoining(running, options)
      if (running.steer(task.input, options.author)) {
        emit({ type: 'thread.started', thread_id: this.id })
        return await this.#follow(running, options, emit, stopped)
      }
    }

    const before = this.#turns.map((turn) => turn.result)
    const turn = new ActiveTurn(this.#home.newTurnId(), this.#home.redactor, options.outputSchema)
    // A summary is made of what there is: nobody reads what is said meanwhile.
    if (task.type === 'compact') turn.closeInput()
    this.#turns = [...this.#turns, turn]
    const following = this.#follow(turn, options, emit, stopped)
    if (await isStoppedBefore(Promise.allSettled(before), turn.signal)) {
      const nothing = makeTurn(this.id, turn, newTally(), this.usage)
      this.#release(turn)
      turn.settle({ error: failTurn(turn.signal.reason, nothing) })
    } else {
      await this.#carry(turn, task, options)
    }
    return await following
  }

  /** Hear a turn's events, pass the stops on, and end as it ends. */
  async #follow(
    turn: ActiveTurn,
    { signal }: TurnOptions,
    emit: (event: ThreadEvent) => void,
    stopped: AbortSignal,
  ): Promise<Turn> {
    turn.listen(emit)
    const interrupt = (event?: Event) => {
      const cause = event?.target === signal ? signal?.reason : undefined
      turn.stop(new TurnStop('interrupted', { cause }))
    }
    for (const source of [signal, stopped]) {
      if (source?.aborted === true) turn.stop(new TurnStop('interrupted', { cause: source.reason }))
      source?.addEventListener('abort', interrupt, { once: true })
    }
    try {
      return await turn.result
    } finally {
      for (const source of [signal, stopped]) source?.removeEventListener('abort', interrupt)
    }
  }

  /** Runs the turn in the session; whatever comes of it settles the turn. */
  async #carry(turn: ActiveTurn, task: TurnTask, options: TurnOptions): Promise<void> {
    try {
      if (task.type !== 'prompt' && this.#isNew) {
        throw new OptionError(task.type, 'the thread has not been run yet. Call run() first.')
      }
      const session = await this.#openSession()
      try {
        const result = await session.run(turn, task, this.#options, options, this.#approvals)
        this.#release(turn)
        turn.settle({ turn: result })
      } finally {
        this.#isNew = !session.isStored
        this.#usage = session.usage
      }
    } catch (error) {
      this.#release(turn)
      turn.settle({ error })
    }
  }

  async #openSession(): Promise<Session> {
    this.#session ??= this.#home.openSession(this.id, this.#isNew)
    this.#session.catch(() => {
      this.#session = undefined
    })
    return await this.#session
  }

  /** Free before anyone hears that the turn is over, so that they can run again at once. */
  #release(turn: ActiveTurn): void {
    this.#turns = this.#turns.filter((other) => other !== turn)
  }
}

async function stopAll(turns: readonly ActiveTurn[], stop: TurnStop): Promise<void> {
  for (const turn of turns) turn.stop(stop)
  await Promise.allSettled(turns.map((turn) => turn.result))
}

/** @throws {OptionError} A run that joins another has that one's answer, which may be of another shape. */
function checkJoining(running: ActiveTurn, { outputSchema }: TurnOptions): void {
  if (outputSchema === undefined || outputSchema === running.outputSchema) return
  throw new OptionError(
    'outputSchema',
    'the turn that runs was not asked for this shape, and whenBusy steer joins it. Wait for it, or use whenBusy queue.',
  )
}

/** @throws {OptionError} */
function checkDecision(decision: unknown): void {
  if (isDecision(decision)) return
  throw new OptionError('decision', `must be { decision } with one of ${DECISIONS.join(', ')}.`)
}

/** Whether the signal is aborted before the promise has settled, or was. */
async function isStoppedBefore(promise: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  if (!signal.aborted) await Promise.race([promise, stopped])
  return signal.aborted
}
