/** A run's events as `@openai/codex-sdk` knows them. */

import type { SdkThreadEvent, ThreadEvent } from '../../protocol/thread-event.ts'
import { isPreview, sdkItem } from './item-log.ts'

/**
 * Null where the SDK has no such event.
 *
 * @param shown The SDK's ids of the items that were told of, by ours: its events do not tell of calls that still
 *   arrive, and it numbers what it tells of without a gap.
 */
function sdkEvent(event: ThreadEvent, shown: Map<string, string>): SdkThreadEvent | null {
  switch (event.type) {
    case 'item.started':
    case 'item.updated':
    case 'item.completed': {
      const item = isPreview(event.item) ? null : sdkItem(event.item)
      if (item === null) return null
      const known = shown.get(item.id)
      const id = known ?? `item_${shown.size}`
      shown.set(item.id, id)
      const type = event.type === 'item.updated' && known === undefined ? 'item.started' : event.type
      return { type, item: { ...item, id } }
    }
    case 'item.delta':
    case 'approval.requested':
    case 'turn.aborted':
    case 'history.changed':
      return null
    default:
      return event
  }
}

/** The SDK's view of a run; leaving the loop stops the turn. */
export async function* sdkEvents(events: AsyncIterable<ThreadEvent>): AsyncGenerator<SdkThreadEvent> {
  const shown = new Map<string, string>()
  for await (const event of events) {
    const known = sdkEvent(event, shown)
    if (known !== null) yield known
  }
}
