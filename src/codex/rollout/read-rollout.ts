/** The records of a thread from the lines of a rollout file. */

import { isUserPrompt, replay } from '../../history/index.ts'
import { isRecord, type JsonRecord, stringOf } from '../../model/json-record.ts'
import { type MessageItem, ResponseItem } from '../../protocol/response-item.ts'
import { ThreadMeta, ThreadRecord } from '../../protocol/thread-record.ts'
import { type ReadItem, readCodexItem } from './codex-item.ts'
import { CodexTurns } from './codex-turns.ts'
import { withoutLastTurns } from './rolled-back.ts'
import { OURS, parseLine, type RolloutLine } from './rollout-line.ts'
import { pairVerbatim } from './verbatim-calls.ts'

export interface RolloutContents {
  readonly meta: ThreadMeta
  /** Without the one that holds `meta`. */
  readonly records: readonly ThreadRecord[]
  /** How many lines of each type say nothing that we keep. */
  readonly skipped: Readonly<Record<string, number>>
}

export interface ReadRolloutOptions {
  /** What the file's provider is called here; the file's own name for it unless told. */
  readonly provider?: string | undefined
  /** Takes secrets out of a line. */
  redact(line: JsonRecord): JsonRecord
  /** @returns What is thrown for a line, counted from 1, that cannot be meant. */
  damaged(line: number, problem: string): Error
}

/** A last line that cannot be read was cut short by a crash, and is left out. */
export function readRollout(text: string, options: ReadRolloutOptions): RolloutContents {
  const lines = text.split('\n')
  const last = lines.findLastIndex((line) => line.trim() !== '')
  const reader = new Reader(options)
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    const parsed = parseLine(line)
    if (typeof parsed !== 'string') {
      const problem = isTooDeep(line, parsed)
        ? 'it is nested too deeply to be kept'
        : reader.take(options.redact({ ...parsed }) as unknown as RolloutLine)
      if (problem !== null) throw options.damaged(index + 1, problem)
    } else if (index < last || reader.isEmpty) {
      throw options.damaged(index + 1, parsed)
    }
  }
  return reader.finish() ?? throws(options.damaged(1, NO_META))
}

/** Shorter than this, nothing is nested so deeply that writing it would end at the stack's end. */
const DEEP_LINE_CHARS = 4_000

function isTooDeep(line: string, parsed: object): boolean {
  if (line.length < DEEP_LINE_CHARS) return false
  try {
    JSON.stringify(parsed)
    return false
  } catch {
    return true
  }
}

const NO_META = 'it is no session_meta, which every rollout file of Codex begins with'

class Reader {
  readonly #records: ThreadRecord[] = []
  readonly #turns = new CodexTurns((record) => this.#records.push(record))
  readonly #skipped = new Map<string, number>()
  readonly #summaries = new Set<string>()
  readonly #provider: string | undefined
  #meta: ThreadMeta | undefined
  #fileProvider = ''
  #model = ''

  constructor({ provider }: ReadRolloutOptions) {
    this.#provider = provider
  }

  get isEmpty(): boolean {
    return this.#meta === undefined
  }

  /** @returns What is wrong with the line; null where nothing is. */
  take(line: RolloutLine): string | null {
    if (this.#meta === undefined) return this.#takeMeta(line)
    switch (line.type) {
      case 'response_item':
        return this.#takeItem(line)
      case 'compacted':
        return this.#takeCompacted(line)
      case 'turn_context':
        return this.#takeTurnContext(line.payload)
      case 'event_msg':
        return this.#takeEvent(line.payload)
      case 'token_usage_record':
        this.#turns.count(line.payload.thread_token_usage)
        return null
      case OURS:
        return this.#takeOurs(line.payload)
      default:
        return this.#skip(line.type)
    }
  }

  finish(): RolloutContents | undefined {
    if (this.#meta === undefined) return undefined
    this.#turns.finish()
    return {
      meta: this.#meta,
      records: paired(this.#records),
      skipped: Object.fromEntries(this.#skipped),
    }
  }

  #takeMeta({ type, payload, [OURS]: ours }: RolloutLine): string | null {
    if (type !== 'session_meta') return NO_META
    const { id, cwd, timestamp, forked_from_id: forkedFrom, thread_source: source } = payload
    const createdAt = Date.parse(String(timestamp))
    if (typeof id !== 'string' || typeof cwd !== 'string' || Number.isNaN(createdAt)) {
      return 'the session_meta lacks id, timestamp or cwd'
    }
    this.#fileProvider = stringOf(payload.model_provider) ?? ''
    const kept = ThreadMeta.safeParse(ours).data
    this.#meta = {
      id,
      createdAt,
      workingDirectory: cwd,
      ...(typeof forkedFrom === 'string' && { forkedFrom }),
      ...(typeof source === 'string' && { source }),
      ...(isRecord(payload.git) && { git: gitOf(payload.git) }),
      ...(kept?.id === id && kept),
    }
    return null
  }

  #takeItem({ payload, [OURS]: ours }: RolloutLine): string | null {
    const read = this.#readItem(payload, ours)
    if ('problem' in read) return read.problem
    if ('unsent' in read) return this.#skip(`response_item/${read.unsent}`)
    this.#records.push({ type: 'response_item', item: read.item })
    return null
  }

  #takeCompacted({ payload, [OURS]: ours }: RolloutLine): string | null {
    const kept = ResponseItem.array().safeParse(ours?.items).data
    if (kept !== undefined) {
      this.#records.push({ type: 'compacted', items: kept })
      return null
    }
    const { replacement_history: replacement, message = '' } = payload
    if (typeof message !== 'string') return 'the message of the compacted is no text'
    if (replacement == null) {
      this.#records.push({ type: 'compacted', items: this.#summarised(message) })
      return null
    }
    if (!Array.isArray(replacement)) return 'the replacement_history is no list'
    const items: ResponseItem[] = []
    for (const piece of replacement) {
      const read = isRecord(piece) ? this.#readItem(piece) : { problem: 'it holds what is no item' }
      if ('problem' in read) return `in the replacement_history: ${read.problem}`
      if ('item' in read) items.push(read.item)
      else this.#skip(`response_item/${read.unsent}`)
    }
    this.#records.push({ type: 'compacted', items })
    return null
  }

  /** Old files hold the summary alone: the user's words stay before it, but no earlier summary. */
  #summarised(summary: string): ResponseItem[] {
    const items = replay(this.#records) ?? []
    const words = items.filter((item) => isUserPrompt(item) && !this.#summaries.has(textOf(item)))
    this.#summaries.add(summary)
    return [...words, { type: 'message', role: 'user', content: [{ type: 'input_text', text: summary }] }]
  }

  #takeTurnContext({ turn_id: turnId, model, cwd, approval_policy, sandbox_policy }: JsonRecord): null {
    this.#model = stringOf(model) ?? this.#model
    const sandboxMode = isRecord(sandbox_policy) ? stringOf(sandbox_policy.type) : undefined
    this.#turns.describe(stringOf(turnId), {
      ...(typeof model === 'string' && { model }),
      ...(typeof cwd === 'string' && { workingDirectory: cwd }),
      ...(sandboxMode !== undefined && { sandboxMode }),
      ...(typeof approval_policy === 'string' && { approvalPolicy: approval_policy }),
    })
    return null
  }

  #takeEvent(event: JsonRecord): string | null {
    const turnId = stringOf(event.turn_id)
    switch (event.type) {
      case 'task_started':
      case 'turn_started':
        if (turnId !== undefined) this.#turns.start(turnId)
        return null
      case 'task_complete':
      case 'turn_complete':
        this.#turns.end(turnId, 'completed')
        return null
      case 'turn_aborted':
        this.#turns.end(turnId, 'aborted', stringOf(event.reason))
        return null
      case 'token_count':
        this.#turns.count(isRecord(event.info) ? event.info.total_token_usage : undefined)
        return null
      case 'thread_rolled_back':
        return this.#rollBack(event.num_turns)
      case 'thread_settings_applied':
        this.#applySettings(event.thread_settings)
        return null
      default:
        return this.#skip(`event_msg/${String(event.type)}`)
    }
  }

  #rollBack(turnCount: unknown): string | null {
    if (typeof turnCount !== 'number') return 'the thread_rolled_back does not say how many turns'
    const items = withoutLastTurns(replay(this.#records) ?? [], turnCount)
    this.#records.push({ type: 'compacted', items })
    return null
  }

  #applySettings(settings: unknown): void {
    if (!isRecord(settings)) return
    this.#fileProvider = stringOf(settings.model_provider_id) ?? this.#fileProvider
    this.#model = stringOf(settings.model) ?? this.#model
  }

  #takeOurs(payload: JsonRecord): string | null {
    const record = ThreadRecord.safeParse(payload)
    if (!record.success) return `what stands under ${OURS} is no record`
    if (record.data.type !== 'thread_meta') this.#turns.takeOurs(record.data)
    return null
  }

  #readItem(payload: JsonRecord, ours?: JsonRecord): ReadItem {
    const maker = { provider: this.#provider ?? this.#fileProvider, model: this.#model }
    return readCodexItem(payload, maker, this.#turns.turnId, ours)
  }

  #skip(what: string): null {
    this.#skipped.set(what, (this.#skipped.get(what) ?? 0) + 1)
    return null
  }
}

function paired(records: readonly ThreadRecord[]): ThreadRecord[] {
  const pair = pairVerbatim(
    records.flatMap((record) => (record.type === 'response_item' ? [record.item] : [])),
  )
  return records.flatMap((record): ThreadRecord[] => {
    if (record.type === 'response_item') {
      return pair(record.item).map((item) => ({ type: 'response_item', item }))
    }
    if (record.type !== 'compacted') return [record]
    return [{ type: 'compacted', items: record.items.flatMap(pairVerbatim(record.items)) }]
  })
}

function gitOf(git: JsonRecord): NonNullable<ThreadMeta['git']> {
  return {
    branch: stringOf(git.branch) ?? null,
    commit: stringOf(git.commit_hash) ?? null,
    repositoryUrl: stringOf(git.repository_url) ?? null,
  }
}

function textOf({ content }: MessageItem): string {
  return content.flatMap((part) => (part.type === 'input_text' ? [part.text] : [])).join('\n')
}

function throws(error: Error): never {
  throw error
}
