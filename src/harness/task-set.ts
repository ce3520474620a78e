/** Detached tasks of a host that has nothing of its own for them. */

import { messageOf } from '../protocol/errors.ts'

/** How a task stands. */
export interface TaskState {
  readonly id: string
  readonly path: string
  readonly state: 'running' | 'done' | 'failed' | 'cancelled'
  /** What it gave. */
  readonly value?: unknown
  /** Why it failed. */
  readonly error?: string
}

/** How long a task that was told to stop is waited for. */
const STOPPING_MS = 2_000
/** Ended tasks that can still be asked for. */
const ENDED_MAX = 100

interface Task {
  state: TaskState
  readonly controller: AbortController
  /** Never rejects. */
  readonly ended: Promise<unknown>
}

/** Tasks outlive the scripts that start them, and end with the set: disposing aborts them, and waits for them. */
export class TaskSet implements AsyncDisposable {
  readonly #tasks = new Map<string, Task>()
  #isClosed = false

  /** Resolves and rejects as the work does. */
  async start<Value>(
    id: string,
    path: string,
    work: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    if (this.#isClosed) throw new Error('No task can be started any more.')
    const controller = new AbortController()
    const running = work(controller.signal)
    const ended = running.then(
      (value) => this.#end(id, { state: 'done', value }),
      (error) => this.#end(id, { state: 'failed', error: messageOf(error) }),
    )
    this.#tasks.set(id, { state: { id, path, state: 'running' }, controller, ended })
    return await running
  }

  /** In the order they were started. */
  list(): TaskState[] {
    return [...this.#tasks.values()].map(({ state: { id, path, state } }) => ({ id, path, state }))
  }

  get(id: string): TaskState | undefined {
    return this.#tasks.get(id)?.state
  }

  /** @returns How it stands then; undefined when there is no such task. */
  async cancel(id: string): Promise<TaskState | undefined> {
    const task = this.#tasks.get(id)
    if (task?.state.state === 'running') await this.#stop([task])
    return this.get(id)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    const running = [...this.#tasks.values()].filter(({ state }) => state.state === 'running')
    await this.#stop(running)
    this.#tasks.clear()
  }

  async #stop(tasks: readonly Task[]): Promise<void> {
    for (const task of tasks) {
      const { id, path } = task.state
      task.state = { id, path, state: 'cancelled' }
      task.controller.abort(new Error('The task was cancelled.'))
    }
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(late.resolve, STOPPING_MS)
    await Promise.race([Promise.all(tasks.map(({ ended }) => ended)), late.promise])
    clearTimeout(timer)
  }

  #end(id: string, end: Pick<TaskState, 'state' | 'value' | 'error'>): void {
    const task = this.#tasks.get(id)
    if (task?.state.state !== 'running') return
    task.state = { ...task.state, ...end }
    this.#forget()
  }

  #forget(): void {
    const ended = [...this.#tasks.entries()].filter(([, { state }]) => state.state !== 'running')
    for (const [id] of ended.slice(0, Math.max(0, ended.length - ENDED_MAX))) this.#tasks.delete(id)
  }
}
