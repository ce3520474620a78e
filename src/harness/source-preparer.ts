/** Makes sources ready in a thread of its own, and remembers those it has seen. */

import type { Worker } from 'node:worker_threads'
import type { PreparedSource, StripReply, StripRequest } from './prepared-source.ts'
import { startThread } from './thread.ts'

const REMEMBERED_MAX = 1_000
const REMEMBERED_CHARS_MAX = 16 * 1024 * 1024
/** A parser that takes longer has met a source made to keep it busy. */
const PREPARE_MS_MAX = 5_000
/** Its thread may have to start first, which is no fault of the script's. */
const PREPARE_MS_MIN = 2_000

interface Waiting {
  readonly source: string
  readonly resolve: (prepared: PreparedSource) => void
  readonly timer: NodeJS.Timeout
}

export class SourcePreparer implements AsyncDisposable {
  /** Oldest first. */
  readonly #remembered = new Map<string, PreparedSource>()
  #rememberedChars = 0
  readonly #waiting = new Map<number, Waiting>()
  #thread: Worker | undefined
  #lastId = 0

  /** Starts the thread, if it is not there. */
  warm(): void {
    this.#thread ??= this.#start()
  }

  /** At once when the source is remembered. Never rejects. @param wallMs What the script has for all of its run. */
  prepare(source: string, wallMs: number): PreparedSource | Promise<PreparedSource> {
    const known = this.#remembered.get(source)
    if (known === undefined)
      return this.#ask(source, Math.min(Math.max(wallMs, PREPARE_MS_MIN), PREPARE_MS_MAX))
    this.#remembered.delete(source)
    this.#remembered.set(source, known)
    return known
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const thread = this.#thread
    this.#abandon('The script engine was closed.')
    await thread?.terminate()
  }

  #ask(source: string, ms: number): Promise<PreparedSource> {
    const thread = this.#thread ?? this.#start()
    this.#thread = thread
    return new Promise((resolve) => {
      const id = ++this.#lastId
      const timer = setTimeout(() => this.#giveUp(id, ms), ms)
      this.#waiting.set(id, { source, resolve, timer })
      thread.postMessage({ id, source } satisfies StripRequest)
    })
  }

  #start(): Worker {
    const onMessage = (reply: StripReply) => this.#receive(reply)
    const thread = startThread('strip-worker', { stackSizeMb: 8, onMessage })
    thread.on('error', (error) => {
      if (this.#thread === thread) this.#abandon(`The parser broke: ${error.message}`)
    })
    return thread
  }

  #receive({ id, prepared, healthy }: StripReply): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    clearTimeout(waiting.timer)
    if (healthy) this.#remember(waiting.source, prepared)
    waiting.resolve(prepared)
    if (!healthy) this.#replace()
  }

  #remember(source: string, prepared: PreparedSource): void {
    this.#remembered.set(source, prepared)
    this.#rememberedChars += source.length
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= REMEMBERED_MAX && this.#rememberedChars <= REMEMBERED_CHARS_MAX) break
      this.#remembered.delete(oldest)
      this.#rememberedChars -= oldest.length
    }
  }

  /** The first in line keeps the parser busy; those behind it are asked again of a new thread. */
  #giveUp(id: number, ms: number): void {
    const [firstId] = this.#waiting.keys()
    this.#waiting.get(id)?.resolve({
      ok: false,
      kind: 'timeout',
      message: `The script was not parsed within ${ms} ms. Write it more simply.`,
    })
    this.#waiting.delete(id)
    if (id === firstId) this.#replace()
  }

  #replace(): void {
    const broken = this.#thread
    this.#thread = undefined
    void broken?.terminate()
    if (this.#waiting.size === 0) return
    const thread = this.#start()
    this.#thread = thread
    for (const [id, { source }] of this.#waiting) thread.postMessage({ id, source } satisfies StripRequest)
  }

  #abandon(message: string): void {
    this.#thread = undefined
    for (const { resolve, timer } of this.#waiting.values()) {
      clearTimeout(timer)
      resolve({ ok: false, kind: 'syntax', message })
    }
    this.#waiting.clear()
  }
}
