/** Scripts that a model looks at more than once: Codex's cells. */

import { CellError } from './errors.ts'
import type { ScriptEngine, ScriptRunSettings } from './script-engine.ts'
import type { ConsoleLine, ScriptEvent, ScriptOutput, ScriptResult } from './script-result.ts'

export const DEFAULT_WAIT_MS = 10_000

/** What there is to see of a cell at one look. */
export interface CellReport {
  /** "1", "2", … within its table. */
  readonly cellId: string
  readonly state: 'completed' | 'failed' | 'terminated' | 'running'
  /** Of this look. */
  readonly wallMs: number
  /** Since the last look. */
  readonly output: readonly ScriptOutput[]
  /** Since the last look. */
  readonly logs: readonly ConsoleLine[]
  /** Once the script has ended. */
  readonly result?: ScriptResult
}

export interface ExecOptions {
  /** Milliseconds until the model gets a look at a script that still runs. */
  readonly yieldTimeMs: number
}

export interface WaitOptions {
  /** Default 10,000. */
  readonly yieldTimeMs?: number
  /** Stop the script, and see what there is of it. */
  readonly terminate?: boolean
  /** Aborting it stops the script. */
  readonly signal?: AbortSignal
}

/**
 * The running scripts of one conversation.
 *
 * A cell outlives the look that started it; it is gone once its end was seen. Disposing stops them all.
 */
export class CellTable implements AsyncDisposable {
  readonly #engine: ScriptEngine
  readonly #cells = new Map<string, Cell>()
  readonly #stored = new Map<string, unknown>()
  #lastId = 0

  constructor(engine: ScriptEngine) {
    this.#engine = engine
  }

  /**
   * Starts a script, and gives the first look at it: at its end, when it yields, or after `yieldTimeMs`.
   *
   * @param settings `signal` stops the script, at whichever look it is; without `stored`, the table's scripts share what
   *   they store.
   */
  exec(source: string, settings: ScriptRunSettings, { yieldTimeMs }: ExecOptions): Promise<CellReport> {
    const cellId = String(++this.#lastId)
    const cell = new Cell(this.#engine, source, { stored: this.#stored, ...settings })
    this.#cells.set(cellId, cell)
    return this.#look(cellId, cell, yieldTimeMs)
  }

  /**
   * The next look at a cell.
   *
   * @throws {CellError} No such cell, or somebody is looking at it.
   */
  async wait(
    cellId: string,
    { yieldTimeMs = DEFAULT_WAIT_MS, terminate = false, signal }: WaitOptions = {},
  ): Promise<CellReport> {
    const cell = this.#cells.get(cellId)
    if (cell === undefined) throw new CellError('cell_not_found', `exec cell ${cellId} not found`)
    const stop = () => cell.terminate()
    if (terminate || signal?.aborted) stop()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      return await this.#look(cellId, cell, yieldTimeMs)
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  /** Ids of the cells whose end nobody has seen. */
  list(): string[] {
    return [...this.#cells.keys()]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const cells = [...this.#cells.values()]
    this.#cells.clear()
    for (const cell of cells) cell.terminate()
    await Promise.all(cells.map((cell) => cell.ended))
  }

  async #look(cellId: string, cell: Cell, yieldTimeMs: number): Promise<CellReport> {
    if (cell.isWatched) throw new CellError('cell_busy', `exec cell ${cellId} is being waited for already`)
    const startedAt = performance.now()
    await cell.watch(yieldTimeMs)

    const { result, problem } = cell
    if (result !== undefined || problem !== undefined) this.#cells.delete(cellId)
    if (problem !== undefined) throw problem
    return {
      cellId,
      state: stateOf(result),
      wallMs: performance.now() - startedAt,
      ...cell.take(),
      ...(result !== undefined && { result }),
    }
  }
}

function stateOf(result: ScriptResult | undefined): CellReport['state'] {
  if (result === undefined) return 'running'
  if (result.ok) return 'completed'
  return result.error.kind === 'aborted' ? 'terminated' : 'failed'
}

class Cell {
  result: ScriptResult | undefined
  /** The script could not be run as it was asked for. */
  problem: unknown
  isWatched = false
  /** Never rejects. */
  readonly ended: Promise<void>
  readonly #controller = new AbortController()
  readonly #onEvent: ScriptRunSettings['onEvent']
  #output: ScriptOutput[] = []
  #seenLogs = 0
  #logs: readonly ConsoleLine[] = []
  #yielded = false
  #wake: () => void = () => {}

  constructor(engine: ScriptEngine, source: string, settings: ScriptRunSettings) {
    const { signal } = settings
    const terminate = () => this.terminate()
    if (signal?.aborted) terminate()
    signal?.addEventListener('abort', terminate)
    this.#onEvent = settings.onEvent
    this.ended = engine
      .run(source, { ...settings, signal: this.#controller.signal, onEvent: (event) => this.#record(event) })
      .then((result) => {
        this.result = result
        this.#logs = result.logs
      })
      .catch((problem) => {
        this.problem = problem
      })
      .finally(() => {
        signal?.removeEventListener('abort', terminate)
        this.#wake()
      })
  }

  terminate(): void {
    this.#controller.abort()
  }

  /** Resolves at the end, at a yield, or after so many milliseconds; for a cell that is being terminated, at its end. */
  async watch(ms: number): Promise<void> {
    this.isWatched = true
    const isTerminated = this.#controller.signal.aborted
    let timer: NodeJS.Timeout | undefined
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
      if (this.#yielded) resolve()
      if (!isTerminated) timer = setTimeout(resolve, Math.min(ms, 2 ** 31 - 1))
    })
    try {
      await (isTerminated ? this.ended : Promise.race([this.ended, woken]))
    } finally {
      clearTimeout(timer)
      this.isWatched = false
      this.#yielded = false
      this.#wake = () => {}
    }
  }

  /** What came since it was last taken. */
  take(): { output: ScriptOutput[]; logs: readonly ConsoleLine[] } {
    const output = this.#output
    const logs = this.#logs.slice(this.#seenLogs)
    this.#output = []
    this.#seenLogs = this.#logs.length
    return { output, logs }
  }

  #record(event: ScriptEvent): void {
    if (event.type === 'output_added') this.#output.push(event.output)
    if (event.type === 'console_written' && this.result === undefined)
      this.#logs = [...this.#logs, ...event.lines]
    if (event.type === 'yielded') {
      this.#yielded = true
      this.#wake()
    }
    this.#onEvent?.(event)
  }
}
