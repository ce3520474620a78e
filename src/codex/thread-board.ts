/** A thread's board: notes that the model sees near its prompt for some turns. It goes with the process. */

import { boardMessage, noteMessage } from '../context/board.ts'
import type { PlacedNote } from '../context/place-tail.ts'
import { ToolError } from '../protocol/errors.ts'
import type { MessageItem } from '../protocol/response-item.ts'
import type { Redactor } from '../std/redact.ts'
import { approximateTokens } from '../std/truncate.ts'
import type { BoardNote, NewBoardNote, ToolBoard } from '../tools/tool.ts'

const TTL_TURNS = 3
const TTL_TURNS_MAX = 1_000
const TEXT_LENGTH_MAX = 2_000
/** The oldest goes when another comes. */
const NOTES_MAX = 50
/** What notes may take in the turn that puts them up; what comes after that shows from the next turn on. */
const TURN_TOKENS_MAX = 3_000

/** What a running turn shows: what stood in one request stands in the same place of the next. */
interface ShownTurn {
  readonly turnId: string
  readonly board: MessageItem | null
  readonly placed: PlacedNote[]
  /** Put up since the last request. */
  unplaced: MessageItem[]
  tokensLeft: number
}

interface PostedNote extends BoardNote {
  readonly turnsLeft: number
}

interface Shown {
  readonly board: MessageItem | null
  readonly notes: readonly PlacedNote[]
}

export class ThreadBoard {
  readonly #redactor: Redactor
  /** The newest last. */
  readonly #entries = new Map<string, PostedNote>()
  #turn: ShownTurn | null = null
  #count = 0

  constructor(redactor: Redactor) {
    this.#redactor = redactor
  }

  /** From here to its end the turn shows the board as it is now; what is put up meanwhile comes behind the outputs. */
  beginTurn(turnId: string): void {
    const message = boardMessage([...this.#entries.values()].reverse())
    const board = message === null ? null : { ...message, turnId }
    this.#turn = { turnId, board, placed: [], unplaced: [], tokensLeft: TURN_TOKENS_MAX }
  }

  endTurn(): void {
    this.#turn = null
    for (const [id, entry] of this.#entries) {
      if (entry.turnsLeft <= 1) this.#entries.delete(id)
      else this.#entries.set(id, { ...entry, turnsLeft: entry.turnsLeft - 1 })
    }
  }

  /** @param itemsBefore How many items of history the request has: new notes come behind them. */
  shown(itemsBefore: number): Shown {
    if (this.#turn === null) return { board: null, notes: [] }
    const { board, placed, unplaced } = this.#turn
    placed.push(...unplaced.splice(0).map((message) => ({ message, itemsBefore })))
    return { board, notes: [...placed] }
  }

  /** The history was rewritten: what the turn's notes stood behind is gone. */
  replaceNotes(): void {
    if (this.#turn === null) return
    const { placed, unplaced } = this.#turn
    this.#turn.unplaced = [...placed.splice(0).map(({ message }) => message), ...unplaced]
  }

  /** As a tool sees it. */
  forTools(): ToolBoard {
    return {
      put: (note) => this.#put(note),
      remove: (id) => this.#entries.delete(id),
      list: () => [...this.#entries.values()].reverse(),
    }
  }

  #put(note: NewBoardNote): string {
    checkNote(note)
    const { id = this.#newId(), ttlTurns = TTL_TURNS } = note
    const text = this.#redactor.redact(note.text.trim())
    const call = note.call === undefined ? undefined : this.#redactor.redact(note.call)
    const before = this.#entries.get(id)
    this.#entries.delete(id)
    this.#entries.set(id, { id, text, turnsLeft: ttlTurns, ...(call === undefined ? {} : { call }) })
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > NOTES_MAX && oldest !== undefined) this.#entries.delete(oldest)
    if (before?.text !== text || before.call !== call)
      this.#show(call === undefined ? text : `${text} (${call})`)
    return id
  }

  #show(text: string): void {
    if (this.#turn === null) return
    const tokens = approximateTokens(text)
    if (tokens > this.#turn.tokensLeft) return
    this.#turn.tokensLeft -= tokens
    this.#turn.unplaced.push({ ...noteMessage({ text, from: 'board' }), turnId: this.#turn.turnId })
  }

  #newId(): string {
    this.#count += 1
    return this.#entries.has(`n${this.#count}`) ? this.#newId() : `n${this.#count}`
  }
}

function checkNote({ id, text, call, ttlTurns }: NewBoardNote): void {
  if (typeof text !== 'string' || text.trim() === '') throw refusal('text', 'must say something')
  if (text.length > TEXT_LENGTH_MAX) {
    throw refusal('text', `may have ${TEXT_LENGTH_MAX} characters; put more into a document and name that`)
  }
  if (id !== undefined && !isShort(id)) throw refusal('id', 'must have 1 to 64 characters')
  if (call !== undefined && (typeof call !== 'string' || call.length > TEXT_LENGTH_MAX)) {
    throw refusal('call', `must be text of at most ${TEXT_LENGTH_MAX} characters`)
  }
  const isTtl = ttlTurns === undefined || (Number.isInteger(ttlTurns) && ttlTurns >= 1)
  if (!isTtl || (ttlTurns ?? 1) > TTL_TURNS_MAX) {
    throw refusal('ttlTurns', `must be a whole number from 1 to ${TTL_TURNS_MAX}`)
  }
}

const isShort = (id: unknown) => typeof id === 'string' && id.trim() !== '' && id.length <= 64

const refusal = (field: string, problem: string) => new ToolError(`A note on the board: ${field} ${problem}.`)
