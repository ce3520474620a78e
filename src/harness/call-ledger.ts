/** What a script has called so far, and how each call went. */

import { randomUUID } from 'node:crypto'
import type { CallState, ScriptCallRecord } from './script-result.ts'

/** A call in the ledger while it may still change. */
export interface LedgerEntry {
  /** The guest's number for it. */
  readonly id: number
  readonly callId: string
  readonly path: string
  state: CallState | 'running'
  startedAt: number
  durationMs: number
  message: string | undefined
}

export class CallLedger {
  runningCount = 0
  readonly #entries: LedgerEntry[] = []

  add(id: number, path: string): LedgerEntry {
    const entry: LedgerEntry = {
      id,
      // The form of upstream's nested calls.
      callId: `exec-${randomUUID()}`,
      path,
      state: 'never-started',
      startedAt: 0,
      durationMs: 0,
      message: undefined,
    }
    this.#entries.push(entry)
    return entry
  }

  /** A task's own end is no concern of the script that started it. */
  addTask(id: number, path: string, taskId: string): void {
    const fields = { startedAt: 0, durationMs: 0, message: undefined }
    this.#entries.push({ id, callId: taskId, path: `spawn.${path}`, state: 'spawned', ...fields })
  }

  start(entry: LedgerEntry): void {
    this.runningCount++
    entry.state = 'running'
    entry.startedAt = performance.now()
  }

  /** Whatever comes first stays: a call that was aborted stays so when it settles after all. */
  end(entry: LedgerEntry, state: 'done' | 'failed' | 'aborted', message?: string): boolean {
    if (entry.state !== 'running') return false
    this.runningCount--
    entry.state = state
    entry.durationMs = performance.now() - entry.startedAt
    entry.message = message
    return true
  }

  find(id: number): LedgerEntry | undefined {
    return this.#entries.find((entry) => entry.id === id)
  }

  running(): LedgerEntry[] {
    return this.#entries.filter((entry) => entry.state === 'running')
  }

  records(): ScriptCallRecord[] {
    return this.#entries.map(recordOf)
  }
}

export function recordOf({ callId, path, state, durationMs, message }: LedgerEntry): ScriptCallRecord {
  return {
    callId,
    path,
    state: state === 'running' ? 'aborted' : state,
    durationMs,
    ...(message !== undefined && { message }),
  }
}
