/** Puts the records of turns around what a rollout file holds. */

import { isRecord, type JsonRecord } from '../../model/json-record.ts'
import type { ThreadRecord } from '../../protocol/thread-record.ts'
import type { Usage } from '../../protocol/usage.ts'
import { addUsage, NO_USAGE } from '../turn/usage.ts'

type TurnStatus = Extract<ThreadRecord, { type: 'turn_ended' }>['status']

interface Open {
  readonly turnId: string
  /** Filled as the file tells more. */
  readonly options: Record<string, unknown>
  /** It was written by us: its end stands in the file, unless our process ended before it did. */
  readonly isOurs: boolean
  /** Nothing in the file says when it ends. */
  readonly isGuessed: boolean
}

export class CodexTurns {
  readonly #add: (record: ThreadRecord) => void
  #open: Open | undefined
  #guessed = 0
  /** Of the thread, and how much of that has been said in ends of turns. */
  #used: Usage = NO_USAGE
  #told: Usage = NO_USAGE

  constructor(add: (record: ThreadRecord) => void) {
    this.#add = add
  }

  /** The turn that items now stand in; our own say it themselves. */
  get turnId(): string | undefined {
    return this.#open?.isOurs === true ? undefined : this.#open?.turnId
  }

  start(turnId: string, isGuessed = false): void {
    if (this.#open?.turnId === turnId) return
    this.#close()
    const options: Record<string, unknown> = {}
    this.#open = { turnId, options, isGuessed, isOurs: false }
    this.#add({ type: 'turn_started', turnId, options })
  }

  /** Options hold for the turn that is open; in old files they are all that tells of one. */
  describe(turnId: string | undefined, options: JsonRecord): void {
    if (turnId !== undefined || this.#open === undefined) {
      this.start(turnId ?? `turn-${++this.#guessed}`, true)
    }
    if (this.#open?.isOurs === false) Object.assign(this.#open.options, options)
  }

  /** An end without its beginning says nothing. */
  end(turnId: string | undefined, status: TurnStatus, message?: string): void {
    if (this.#open === undefined || (turnId !== undefined && turnId !== this.#open.turnId)) return
    const ended = this.#open.turnId
    this.#open = undefined
    const usage = difference(this.#used, this.#told)
    this.#told = addUsage(this.#told, usage)
    this.#add({
      type: 'turn_ended',
      turnId: ended,
      status,
      usage,
      ...(message === undefined ? {} : { message }),
    })
  }

  /** The tokens of the whole thread so far. */
  count(total: unknown): void {
    if (isRecord(total)) this.#used = usageOf(total)
  }

  /** A record that we wrote ourselves. */
  takeOurs(record: ThreadRecord): void {
    if (record.type === 'turn_started') {
      if (this.#open?.isOurs === false) this.#close()
      this.#open = { turnId: record.turnId, options: {}, isOurs: true, isGuessed: false }
    }
    if (record.type === 'turn_ended') {
      this.#open = undefined
      this.#told = addUsage(this.#told, record.usage)
      this.#used = largest(this.#used, this.#told)
    }
    this.#add(record)
  }

  /** The file is over. One of ours stays as open as it was: it can be gone on with, journal and all. */
  finish(): void {
    if (this.#open?.isOurs === false) this.#close()
  }

  #close(): void {
    if (this.#open?.isGuessed === true) this.end(undefined, 'completed')
    else this.end(undefined, 'aborted', 'The turn was cut off.')
  }
}

const FIELDS = Object.keys(NO_USAGE) as (keyof Usage)[]

function usageOf(counts: JsonRecord): Usage {
  return mapUsage((field) => {
    const value = counts[field]
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0
  })
}

const difference = (all: Usage, told: Usage) => mapUsage((field) => Math.max(0, all[field] - told[field]))
const largest = (a: Usage, b: Usage) => mapUsage((field) => Math.max(a[field], b[field]))

function mapUsage(countOf: (field: keyof Usage) => number): Usage {
  const usage = { ...NO_USAGE }
  for (const field of FIELDS) usage[field] = countOf(field)
  return usage
}
