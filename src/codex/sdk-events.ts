/** A run's events as `@openai/codex-sdk` knows them. */

import type { SdkThreadEvent, ThreadEvent } from '../protocol/thread-event.ts'
import { sdkItem } from './item-log.ts'

/** Null where the SDK has no such event. */
function sdkEvent(event: ThreadEvent): SdkThreadEvent | null {
  switch (event.type) {
    case 'item.started':
    case 'item.updated':
    case 'item.completed': {
      const item = sdkItem(event.item)
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
  for await (const event of events) {
    const known = sdkEvent(event)
    if (known !== null) yield known
  }
}
