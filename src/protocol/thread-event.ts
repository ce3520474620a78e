/** What a run says while it goes: the eight events of `@openai/codex-sdk`, field for field, and four of ours. */

import { z } from 'zod'
import { ApprovalRequest } from './approval.ts'
import { SdkThreadItem, ThreadItem } from './thread-item.ts'
import { Usage } from './usage.ts'

const threadStarted = z.object({ type: z.literal('thread.started'), thread_id: z.string() })
const turnStarted = z.object({ type: z.literal('turn.started') })
const turnCompleted = z.object({ type: z.literal('turn.completed'), usage: Usage })
const turnFailed = z.object({ type: z.literal('turn.failed'), error: z.object({ message: z.string() }) })
/** Something went wrong that the run may survive, such as a connection that is being made again. */
const error = z.object({ type: z.literal('error'), message: z.string() })

const itemEvents = <Item extends z.ZodType>(item: Item) =>
  [
    z.object({ type: z.literal('item.started'), item }),
    z.object({ type: z.literal('item.updated'), item }),
    z.object({ type: z.literal('item.completed'), item }),
  ] as const

/** The event union of `@openai/codex-sdk`: what `runStreamed()` and `--json` carry. */
export const SdkThreadEvent = z.discriminatedUnion('type', [
  threadStarted,
  turnStarted,
  turnCompleted,
  turnFailed,
  ...itemEvents(SdkThreadItem),
  error,
])
export type SdkThreadEvent = DeclaredItem<z.infer<typeof SdkThreadEvent>>

type DeclaredItem<Event> = Event extends { item: unknown }
  ? Omit<Event, 'item'> & { item: SdkThreadItem }
  : Event

/** A piece of an item that is still arriving. */
export const ItemDelta = z.object({
  type: z.literal('item.delta'),
  item_id: z.string(),
  item_type: z.enum(['agent_message', 'reasoning', 'command_execution', 'script', 'tool_call']),
  delta: z.string(),
})

/** A call waits for a person. Answer with `thread.answer(request.id, decision)`. */
export const ApprovalRequested = z.object({
  type: z.literal('approval.requested'),
  request: ApprovalRequest,
})

/** The turn was stopped; what there is of it is kept. */
export const TurnAborted = z.object({
  type: z.literal('turn.aborted'),
  reason: z.enum(['interrupted', 'closed']),
  usage: Usage,
})

/** What the model sees of the past was rewritten, for instance by compaction. */
export const HistoryChanged = z.object({ type: z.literal('history.changed'), reason: z.string() })

/** Every event that iterating `thread.run()` gives. */
export const ThreadEvent = z.discriminatedUnion('type', [
  threadStarted,
  turnStarted,
  turnCompleted,
  turnFailed,
  ...itemEvents(ThreadItem),
  error,
  ItemDelta,
  ApprovalRequested,
  TurnAborted,
  HistoryChanged,
])
export type ThreadEvent = z.infer<typeof ThreadEvent>
