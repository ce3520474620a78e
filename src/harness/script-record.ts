/** What a running script has said, for its result or whoever listens. */

import type { Log } from '../observability/log.ts'
import { messageOf } from '../protocol/errors.ts'
import type { ConsoleLine, ImageDetail, ScriptEvent, ScriptOutput } from './script-result.ts'
import { reviveTagged } from './tagged-json.ts'

/** 20 console events a second. */
const CONSOLE_EVENT_MS = 50

/** The guest's events, as it writes them. */
export type GuestEvent =
  | readonly ['text', string]
  | readonly ['image', { imageUrl: string; detail: ImageDetail }]
  | readonly ['notify', string]
  | readonly ['yield', null]
  | readonly ['console', ConsoleLine]
  /** Once, when the first line was dropped. */
  | readonly ['dropped', null]
  | readonly ['store', readonly [key: string, tagged: 0 | 1, value: unknown]]

export class ScriptRecord {
  readonly output: ScriptOutput[] = []
  readonly logs: ConsoleLine[] = []
  /** In the order they were stored. */
  readonly writes: Array<readonly [key: string, value: unknown]> = []
  readonly #onEvent: ((event: ScriptEvent) => void) | undefined
  readonly #log: Log
  #unsentLines: ConsoleLine[] = []
  #consoleTimer: NodeJS.Timeout | undefined
  #isConsoleFull = false

  constructor(onEvent: ((event: ScriptEvent) => void) | undefined, log: Log) {
    this.#onEvent = onEvent
    this.#log = log
  }

  add(event: GuestEvent): void {
    switch (event[0]) {
      case 'text':
        this.#addOutput({ type: 'text', text: event[1] })
        break
      case 'image':
        this.#addOutput({ type: 'image', ...event[1] })
        break
      case 'notify':
        this.emit({ type: 'notified', text: event[1] })
        break
      case 'yield':
        this.emit({ type: 'yielded' })
        break
      case 'console':
        this.#addLine(event[1])
        break
      case 'dropped':
        this.#isConsoleFull = true
        break
      case 'store': {
        const [key, tagged, value] = event[1]
        this.writes.push([key, reviveTagged(value, tagged === 1)])
      }
    }
  }

  emit(event: ScriptEvent): void {
    try {
      this.#onEvent?.(event)
    } catch (error) {
      this.#log.warn('onEvent of a script threw', { event: event.type, error: messageOf(error) })
    }
  }

  /** @param dropped Console lines that were too many; undefined when the script did not live to tell. */
  end(dropped: number | undefined): void {
    if (this.#isConsoleFull) {
      const count = dropped === undefined ? 'further' : String(dropped)
      this.#addLine({ level: 'warn', text: `[${count} lines dropped: the console's limit]` })
    }
    this.#flushConsole()
  }

  #addOutput(output: ScriptOutput): void {
    this.output.push(output)
    this.emit({ type: 'output_added', output })
  }

  #addLine(line: ConsoleLine): void {
    this.logs.push(line)
    if (this.#onEvent === undefined) return
    this.#unsentLines.push(line)
    this.#consoleTimer ??= setTimeout(() => this.#flushConsole(), CONSOLE_EVENT_MS)
  }

  #flushConsole(): void {
    clearTimeout(this.#consoleTimer)
    this.#consoleTimer = undefined
    const lines = this.#unsentLines
    this.#unsentLines = []
    if (lines.length > 0) this.emit({ type: 'console_written', lines })
  }
}
