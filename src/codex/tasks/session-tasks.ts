/** The tasks of a session, between its turns as well: what they have to say waits for the next one. */

import { DEFAULT_LIMITS } from '../../harness/limits.ts'
import type { ThreadId } from '../../protocol/ids.ts'
import type { MessageItem } from '../../protocol/response-item.ts'
import type { ThreadRecord } from '../../protocol/thread-record.ts'
import { redactOutput } from '../../tools/redact-output.ts'
import type { Runtime } from '../runtime.ts'
import { runTool } from '../scripts/calls.ts'
import { isRepeatable } from '../scripts/repeatable.ts'
import type { ThreadLog } from '../thread-log.ts'
import type { ActiveTurn } from '../turn/active-turn.ts'
import type { TurnScope } from '../turn/turn-scope.ts'
import { ThreadTasks } from './thread-tasks.ts'

export class SessionTasks {
  readonly tasks: ThreadTasks
  readonly #runtime: Runtime
  /** The turn that runs. */
  #active: { readonly turn: ActiveTurn; readonly log: ThreadLog } | undefined
  /** What was said while none ran: for the file, and for the model. */
  #unkept: ThreadRecord[] = []
  #unsaid: string[] = []

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    this.tasks = new ThreadTasks({
      tasksMax: runtime.options.limits?.script?.tasksMax ?? DEFAULT_LIMITS.tasksMax,
      keep: (record) => {
        const clean = redactOutput(record, runtime.redactor)
        if (this.#active === undefined) this.#unkept.push(clean)
        else this.#active.log.add(clean)
      },
      announce: (text) => {
        const clean = runtime.redactor.redact(text)
        if (this.#active === undefined) this.#unsaid.push(clean)
        else this.#active.turn.steer(noteText(clean))
      },
    })
  }

  /** A turn begins. Tasks of a process that is gone are taken up; those that can be are started again. */
  enter(turn: ActiveTurn, log: ThreadLog, records: readonly ThreadRecord[], scope: TurnScope): void {
    this.#active = { turn, log }
    log.add(...this.#unkept.splice(0))
    const again = this.tasks.restore(records, (path) => isRepeatable(scope.tools.inScript(path)))
    for (const { taskId, path, input, turnId } of again) {
      const args = Array.isArray(input) ? input : []
      const work = (signal: AbortSignal) =>
        runTool(scope.tools, args, path, { callId: taskId, signal }, scope.taskDispatcher)
      // How it ends is announced; nobody waits for it here.
      this.tasks.start({ turnId, taskId, path, input }, work).catch(() => {})
    }
  }

  leave(): void {
    this.#active = undefined
  }

  /** What the model was not told yet; each is given once. */
  takeNotes(): MessageItem[] {
    return this.#unsaid.splice(0).map((text) => ({
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: noteText(text) }],
    }))
  }

  /** Ends the tasks. What they left for the file is lost where another process holds that. */
  async close(threadId: ThreadId): Promise<void> {
    await this.tasks.close()
    const records = this.#unkept.splice(0)
    if (records.length === 0) return
    try {
      const { threads } = await this.#runtime.store()
      await using writer = await threads.open(threadId)
      await writer.append(records)
    } catch (error) {
      this.#runtime.log.warn('The end of a task could not be kept.', { threadId, error: String(error) })
    }
  }
}

const noteText = (text: string) => `<task-note>\n${text}\n</task-note>`
