/** What the records of a thread come to. */

import { type ContextBaseline, readContextBaseline } from '../context/index.ts'
import { reviveTagged } from '../harness/tagged-json.ts'
import {
  type ConversationHistory,
  createHistory,
  type HistoryStrategy,
  isUserPrompt,
  oneShot,
  regular,
  replay,
} from '../history/index.ts'
import type { MessageItem } from '../protocol/response-item.ts'
import type { ThreadMeta, ThreadRecord } from '../protocol/thread-record.ts'
import type { Usage } from '../protocol/usage.ts'
import { unreachable } from '../std/unreachable.ts'
import type { HistoryName } from './options/options.ts'
import { type OpenTurn, openTurnOf } from './turn/open-turn.ts'
import type { TurnTask } from './turn/turn-task.ts'
import { addUsage, NO_USAGE } from './turn/usage.ts'

export interface ThreadState {
  readonly meta: ThreadMeta
  history: ConversationHistory
  /** How far the records were read or written: another process may have added to them since. */
  position: number
  usage: Usage
  /** What the last turn left open, when its process ended before it did. */
  open: OpenTurn | null
  /** Whether the last turn came to a good end, so that there is nothing to go on with. */
  isComplete: boolean
  /** What the model has been told of its surroundings; null where it has to be told everything. */
  baseline: ContextBaseline | null
  /** Of tasks that were started before these records were read. */
  readonly taskRecords: readonly ThreadRecord[]
  /** What scripts have stored for later ones. */
  readonly stored: Map<string, unknown>
}

/** Of a thread that has only its description. */
export function newState(meta: ThreadMeta, position: number): ThreadState {
  return {
    meta,
    history: createHistory(),
    usage: NO_USAGE,
    position,
    open: null,
    isComplete: true,
    baseline: null,
    taskRecords: [],
    stored: new Map(),
  }
}

export function stateOf(records: readonly ThreadRecord[], position: number): ThreadState {
  let usage = NO_USAGE
  let isComplete = true
  let baseline: ContextBaseline | null = null
  let meta: ThreadMeta | undefined
  for (const record of records) {
    if (record.type === 'thread_meta') meta ??= record.meta
    if (record.type === 'turn_started') isComplete = false
    if (record.type === 'context_told') baseline = readContextBaseline(record.baseline)
    if (record.type === 'compacted') baseline = null
    if (record.type === 'turn_ended') {
      usage = addUsage(usage, record.usage)
      isComplete = record.status === 'completed'
    }
  }
  const open = openTurnOf(records)
  return {
    meta: meta ?? unreachable('a thread without its first record'),
    history: createHistory({ items: replay(records) ?? [] }),
    usage,
    position,
    open,
    isComplete,
    baseline,
    stored: storedBy(records, open),
    taskRecords: records.filter(({ type }) => type === 'task_started' || type === 'task_ended'),
  }
}

/** Without what a script stored that will be replayed: it did not see that itself. */
function storedBy(records: readonly ThreadRecord[], open: OpenTurn | null): Map<string, unknown> {
  const replayed = new Set(open?.calls.map((call) => call.call_id))
  if (open?.message?.scriptCallId !== undefined) replayed.add(open.message.scriptCallId)
  const stored = new Map<string, unknown>()
  for (const record of records) {
    if (record.type !== 'script_stored' || replayed.has(record.scriptCallId)) continue
    for (const { key, value, isTagged = false } of record.entries)
      stored.set(key, reviveTagged(value, isTagged))
  }
  return stored
}

const STRATEGIES: Record<HistoryName, () => HistoryStrategy> = { regular, 'one-shot': oneShot }

/** A thread may change how it remembers from turn to turn; its items stay. */
export function withStrategy(history: ConversationHistory, name: HistoryName): ConversationHistory {
  if (history.strategy.name === name) return history
  return createHistory({ strategy: STRATEGIES[name](), items: history.items() })
}

/** What the turn that is taken up was asked to do; null where there is nothing to take up. */
export function earlierPrompt({ history, isComplete }: ThreadState, task: TurnTask): MessageItem | null {
  if (task.type === 'continue' && isComplete) return null
  return history.items().findLast(isUserPrompt) ?? null
}
