/** The tasks of a thread: tool calls that outlive the script, and the turn, that started them. */

import { encodeTagged, reviveTagged } from '../../harness/tagged-json.ts'
import { messageOf, ToolError } from '../../protocol/errors.ts'
import type { ThreadRecord } from '../../protocol/thread-record.ts'
import { recordedError } from '../scripts/recorded-script.ts'

type TaskStarted = Extract<ThreadRecord, { type: 'task_started' }>
type TaskEnded = Extract<ThreadRecord, { type: 'task_ended' }>

/** How long tasks that were told to stop are waited for. */
const STOPPING_MS = 2_000
const RESULT_CHARS_MAX = 2_000

/** How a task stands, as scripts and hosts see it. */
export interface TaskState {
  readonly id: string
  readonly path: string
  readonly state: 'running' | TaskEnded['status']
  /** What it gave. */
  readonly value?: unknown
  /** Why it failed. */
  readonly error?: string
}

interface Task {
  readonly path: string
  readonly controller: AbortController
  ended: TaskEnded | undefined
  /** Never rejects. */
  readonly over: Promise<void>
}

export interface TaskWorld {
  /** Tasks of the thread that may run at once. */
  readonly tasksMax: number
  /** Keeps a record, now or with the next turn. */
  keep(record: ThreadRecord): void
  /** Tells the model, at its next step. */
  announce(text: string): void
}

export class ThreadTasks {
  readonly #world: TaskWorld
  readonly #tasks = new Map<string, Task>()
  #isClosed = false

  constructor(world: TaskWorld) {
    this.#world = world
  }

  /**
   * Take up what another process left: what has ended is still known, and what had not is over with an unknown outcome.
   *
   * @param isIdempotent Whether a task that was cut off can simply be started again.
   * @returns Those that can.
   */
  restore(records: readonly ThreadRecord[], isIdempotent: (path: string) => boolean): TaskStarted[] {
    const started = records.filter((record) => record.type === 'task_started')
    const ends = new Map(
      records.filter((record) => record.type === 'task_ended').map((record) => [record.taskId, record]),
    )
    const again: TaskStarted[] = []
    for (const record of started) {
      if (this.#tasks.has(record.taskId)) continue
      let ended = ends.get(record.taskId)
      if (ended === undefined && isIdempotent(record.path)) {
        again.push(record)
        continue
      }
      if (ended === undefined) {
        ended = { type: 'task_ended', taskId: record.taskId, status: 'interrupted', result: null }
        this.#world.keep(ended)
        this.#world.announce(
          `Task ${record.taskId} (tools.${record.path}) was interrupted: its process ended. Whether it took effect is not known.`,
        )
      }
      this.#tasks.set(record.taskId, {
        path: record.path,
        controller: new AbortController(),
        ended,
        over: Promise.resolve(),
      })
    }
    return again
  }

  /**
   * Start a task, or find the one that a script started before it was replayed.
   *
   * @returns What it gives. @throws What it throws; {ToolError} too many run already.
   */
  async start(
    started: Omit<TaskStarted, 'type'>,
    work: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<unknown> {
    const { taskId, path } = started
    const known = this.#tasks.get(taskId)
    if (known !== undefined) return await this.#resultOf(known)
    if (this.#isClosed) throw new ToolError('The thread is closed; no task can be started.')
    const running = [...this.#tasks.values()].filter((task) => task.ended === undefined).length
    if (running >= this.#world.tasksMax) {
      throw new ToolError(
        `${running} tasks run already, and no more may. Wait for one (tools.spawn.get), or cancel one.`,
      )
    }
    this.#world.keep({ type: 'task_started', ...started })
    const controller = new AbortController()
    const over = Promise.withResolvers<void>()
    const task: Task = { path, controller, ended: undefined, over: over.promise }
    this.#tasks.set(taskId, task)
    try {
      const value = await work(controller.signal)
      this.#end(taskId, task, { status: 'done', ...resultFields(path, value) })
      return value
    } catch (error) {
      const name = error instanceof Error ? error.name : 'Error'
      const status = controller.signal.aborted ? 'cancelled' : 'failed'
      this.#end(taskId, task, { status, result: null, error: { name, message: messageOf(error) } })
      throw error
    } finally {
      over.resolve()
    }
  }

  list(): TaskState[] {
    return [...this.#tasks].map(([id, { path, ended }]) => ({ id, path, state: ended?.status ?? 'running' }))
  }

  /** @throws {ToolError} There is no such task. */
  get(id: string): TaskState {
    const task = this.#find(id)
    const { path, ended } = task
    return {
      id,
      path,
      state: ended?.status ?? 'running',
      ...(ended?.status === 'done' && { value: reviveTagged(ended.result, ended.isTagged ?? false) }),
      ...(ended?.error !== undefined && { error: ended.error.message }),
    }
  }

  /** Resolves when it has stopped, or has not in two seconds. @throws {ToolError} There is no such task. */
  async cancel(id: string): Promise<TaskState> {
    await stopAll([this.#find(id)])
    return this.get(id)
  }

  /** Ends them all. */
  async close(): Promise<void> {
    this.#isClosed = true
    await stopAll([...this.#tasks.values()])
  }

  #find(id: string): Task {
    const task = this.#tasks.get(id)
    if (task === undefined)
      throw new ToolError(`There is no task ${id}. tools.spawn.list() names those there are.`)
    return task
  }

  async #resultOf(task: Task): Promise<unknown> {
    await task.over
    const { ended, path } = task
    if (ended?.status === 'done') return reviveTagged(ended.result, ended.isTagged ?? false)
    if (ended?.status !== 'interrupted') throw recordedError(ended?.error)
    throw new ToolError(
      `tools.${path} was interrupted: its process ended. Whether it took effect is not known.`,
    )
  }

  #end(taskId: string, task: Task, end: Omit<TaskEnded, 'type' | 'taskId'>): void {
    task.ended = { type: 'task_ended', taskId, ...end }
    this.#world.keep(task.ended)
    if (end.status !== 'cancelled') this.#world.announce(announcement(taskId, task.path, end))
  }
}

function resultFields(path: string, value: unknown): Pick<TaskEnded, 'result' | 'isTagged'> {
  const { text, tagged } = encodeTagged(value, `tools.${path} result`)
  return { result: JSON.parse(text), ...(tagged && { isTagged: true }) }
}

function announcement(
  id: string,
  path: string,
  { status, result, error }: Omit<TaskEnded, 'type' | 'taskId'>,
): string {
  if (status === 'failed') return `Task ${id} (tools.${path}) failed: ${error?.message ?? ''}`
  const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? '')
  const shown =
    text.length <= RESULT_CHARS_MAX
      ? text
      : `${text.slice(0, RESULT_CHARS_MAX)}… (tools.spawn.get(${JSON.stringify(id)}) gives all of it)`
  return `Task ${id} (tools.${path}) is done: ${shown}`
}

async function stopAll(tasks: readonly Task[]): Promise<void> {
  const running = tasks.filter(({ ended }) => ended === undefined)
  if (running.length === 0) return
  for (const { controller } of running) controller.abort(new ToolError('The task was cancelled.'))
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, STOPPING_MS)
  await Promise.race([Promise.all(running.map(({ over }) => over)), late])
  clearTimeout(timer)
}
