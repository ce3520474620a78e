/** A run's events as `@openai/codex-sdk` knows them. */

import type { SdkThreadEvent, ThreadEvent } from '../protocol/thread-event.ts'
import { isPreview, sdkItem } from './item-log.ts'

/**
 * Null where the SDK has no such event.
 *
 * @param started Ids of the items whose beginning was told: the SDK's events do not tell of calls that still arrive.
 */
function sdkEvent(event: ThreadEvent, started: Set<string>): SdkThreadEvent | null {
  switch (event.type) {
    case 'item.started':
    case 'item.updated': {
      const item = isPreview(event.item) ? null : sdkItem(event.item)
      if (item === null) return null
      const type = started.has(item.id) ? event.type : 'item.started'
      started.add(item.id)
      return { type, item }
    }
    case 'item.completed': {
      const item = isPreview(event.item) ? null : sdkItem(event.item)
      return item === null ? null : { type: event.type, item }
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
  const started = new Set<string>()
  for await (const event of events) {
    const known = sdkEvent(event, started)
    if (known !== null) yield known
  }
}
