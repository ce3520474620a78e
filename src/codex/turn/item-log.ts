/** The items that a turn shows: their ids, their states, and the events that say so. */

import type { ThreadEvent } from '../../protocol/thread-event.ts'
import type { SdkThreadItem, ThreadItem } from '../../protocol/thread-item.ts'
import type { RedactionStream, Redactor } from '../../std/redact.ts'
import { redactOutput } from '../../tools/redact-output.ts'
import type { ItemBody } from '../../tools/tool.ts'

/** A plan is one item for the whole turn, whichever call changed it. */
const PLAN_KEY = 'todo_list'

/** Items of which text arrives in pieces. */
const WITH_DELTAS = new Set([
  'agent_message',
  'reasoning',
  'command_execution',
  'script',
  'tool_call',
] as const)
type WithDeltas = typeof WITH_DELTAS extends Set<infer Type> ? Type : never

/** Items as they showed while their calls still arrived: more than the SDK's events tell. */
const previews = new WeakSet<ThreadItem>()

export function isPreview(item: ThreadItem): boolean {
  return previews.has(item)
}

/** Nothing it tells of holds a secret. Ids count from `item_0` in each run, as those of `codex exec --json` do. */
export class ItemLog {
  readonly #emit: (event: ThreadEvent) => void
  readonly #redactor: Redactor
  /** What could be the beginning of a secret waits here for the next piece. */
  readonly #texts = new Map<string, { readonly type: WithDeltas; readonly stream: RedactionStream }>()
  readonly #ids = new Map<string, string>()
  /** Ids of items that were taken back, for those that come in their place. */
  readonly #vacant = new Map<WithDeltas, string[]>()
  #idCount = 0
  readonly #open = new Map<string, ThreadItem>()
  readonly #completed: ThreadItem[] = []

  constructor(emit: (event: ThreadEvent) => void, redactor: Redactor) {
    this.#emit = emit
    this.#redactor = redactor
  }

  /** All items, those that were never completed last. */
  get items(): ThreadItem[] {
    return [...this.#completed, ...this.#open.values()]
  }

  /** Where an item stands; `key` is the same for all its states. */
  show(key: string, state: 'started' | 'updated' | 'completed', body: ItemBody): void {
    if (body.type === 'todo_list') {
      // A call that ended says nothing new: the plan goes on until the turn ends.
      if (state === 'completed' && this.#open.has(PLAN_KEY)) return
      this.#put(PLAN_KEY, this.#open.has(PLAN_KEY) ? 'updated' : 'started', body)
      return
    }
    this.#put(key, state === 'updated' && !this.#open.has(key) ? 'started' : state, body)
  }

  /** A piece of an item's text, which may not have been shown yet. */
  delta(key: string, type: WithDeltas, delta: string): void {
    let text = this.#texts.get(key)
    if (text === undefined) {
      text = { type, stream: this.#redactor.stream() }
      this.#texts.set(key, text)
    }
    this.#say(key, type, text.stream.push(delta))
  }

  /**
   * Takes back the text of items that will not come to their end, of those whose keys begin so.
   *
   * The next item of the type bears the id of the one that was emptied: it is the same item, said again.
   */
  retract(prefix: string): void {
    for (const [key, { type }] of this.#texts) {
      if (!key.startsWith(prefix) || (type !== 'agent_message' && type !== 'reasoning')) continue
      const id = this.#ids.get(key)
      this.#texts.delete(key)
      if (id === undefined) continue
      this.#ids.delete(key)
      this.#vacant.set(type, [...(this.#vacant.get(type) ?? []), id])
      const item: ThreadItem = { id, type, text: '' }
      previews.add(item)
      this.#emit({ type: 'item.updated', item })
    }
  }

  /** A piece of an open item's text; dropped where the item's type has none. */
  openDelta(key: string, delta: string): void {
    const type = this.#open.get(key)?.type
    if (type !== undefined && WITH_DELTAS.has(type as WithDeltas)) this.delta(key, type as WithDeltas, delta)
  }

  /** How a call shows that has not arrived whole. */
  preview(key: string, body: ItemBody): void {
    this.#put(key, this.#open.has(key) ? 'updated' : 'started', body, true)
  }

  /** Ends as failed what showed of a call that came to nothing. */
  fail(key: string): void {
    const item = this.#open.get(key)
    if (item === undefined || !isPreview(item)) return
    const { id: _id, ...body } = item
    this.#put(key, 'completed', { ...body, status: 'failed' } as ItemBody, true)
  }

  /** The turn is over: a plan is done being changed. */
  close(): void {
    for (const key of [...this.#texts.keys()]) this.#endText(key)
    const plan = this.#open.get(PLAN_KEY)
    if (plan === undefined) return
    this.#open.delete(PLAN_KEY)
    this.#completed.push(plan)
    this.#emit({ type: 'item.completed', item: plan })
  }

  #put(key: string, state: 'started' | 'updated' | 'completed', body: ItemBody, isOfPreview = false): void {
    const item = redactOutput({ id: this.#idOf(key, body.type), ...body } as ThreadItem, this.#redactor)
    if (isOfPreview) previews.add(item)
    if (state === 'completed') {
      this.#endText(key)
      this.#open.delete(key)
      this.#completed.push(item)
    } else {
      this.#open.set(key, item)
    }
    this.#emit({ type: `item.${state}`, item })
  }

  #endText(key: string): void {
    const text = this.#texts.get(key)
    if (text === undefined) return
    this.#texts.delete(key)
    this.#say(key, text.type, text.stream.end())
  }

  #say(key: string, type: WithDeltas, delta: string): void {
    if (delta !== '')
      this.#emit({ type: 'item.delta', item_id: this.#idOf(key, type), item_type: type, delta })
  }

  #idOf(key: string, type: ItemBody['type']): string {
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const vacant =
      type === 'agent_message' || type === 'reasoning' ? this.#vacant.get(type)?.shift() : undefined
    const id = vacant ?? `item_${this.#idCount++}`
    this.#ids.set(key, id)
    return id
  }
}

/**
 * The item as `@openai/codex-sdk` knows it; null where it knows none.
 *
 * The SDK's types are narrower than its wire, whose nulls we keep: see `SdkThreadItem`.
 */
export function sdkItem(item: ThreadItem): SdkThreadItem | null {
  if (item.type === 'script') return null
  return (item.type === 'tool_call' ? mcpToolCall(item) : item) as SdkThreadItem
}

function mcpToolCall({ id, pack, tool, status, error, ...item }: Extract<ThreadItem, { type: 'tool_call' }>) {
  const text = { type: 'text', text: JSON.stringify(item.result ?? null) }
  const result = status === 'completed' ? { content: [text], structured_content: item.result ?? null } : null
  const { arguments: input } = item
  return {
    id,
    type: 'mcp_tool_call',
    server: pack,
    tool,
    arguments: input,
    result,
    error: error ?? null,
    status,
  }
}
