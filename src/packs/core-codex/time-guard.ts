/** Ends computations that take too long, such as a regular expression that tries every way there is. */

import { createContext, Script } from 'node:vm'

export interface TimeGuard {
  /**
   * Runs a function that may not end by itself; it must not wait for anything, nor throw.
   *
   * @returns Null where the guard's time is over.
   */
  run<Result>(job: () => Result): Promise<{ readonly result: Result } | null>
}

/**
 * Holds for many functions together: what they take is counted as one.
 *
 * @param budgetMs Milliseconds of computing.
 */
export function timeGuard(budgetMs: number): TimeGuard {
  let leftMs = budgetMs
  let waiting: { readonly run: () => void; readonly settle: () => void }[] = []

  // A guard is a thread, so what is asked for in one turn of the event loop shares one.
  const runWaiting = () => {
    const tasks = waiting
    waiting = []
    const startedAt = performance.now()
    const isInTime =
      leftMs > 0 &&
      endsWithin(Math.ceil(leftMs), () => {
        for (const { run } of tasks) run()
      })
    leftMs = isInTime ? leftMs - (performance.now() - startedAt) : 0
    for (const { settle } of tasks) settle()
  }

  return {
    run<Result>(job: () => Result) {
      const { promise, resolve } = Promise.withResolvers<{ readonly result: Result } | null>()
      let done: { readonly result: Result } | null = null
      waiting.push({
        run: () => {
          done = { result: job() }
        },
        settle: () => resolve(done),
      })
      if (waiting.length === 1) setImmediate(runWaiting)
      return promise
    },
  }
}

interface Room {
  job: (() => void) | null
}

let room: Room | undefined
let script: Script | undefined

/** False where it was ended before. */
function endsWithin(timeoutMs: number, job: () => void): boolean {
  // A context costs a millisecond to make, and holds nothing between two jobs.
  if (room === undefined) {
    room = { job: null }
    createContext(room)
  }
  script ??= new Script('job()')
  room.job = job
  try {
    script.runInContext(room as never, { timeout: timeoutMs })
    return true
  } catch (error) {
    if (isTimeout(error)) return false
    throw error
  } finally {
    room.job = null
  }
}

/** The error may be of the room's own kind, which is no `Error` of ours. */
function isTimeout(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null
  return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
