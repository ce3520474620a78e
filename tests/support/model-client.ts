/** Clients and requests for tests of the model room. */

import {
  createModelClient,
  type ModelClient,
  type ModelEvent,
  type ModelRequest,
  type ProviderConfig,
} from '../../src/model/index.ts'
import type { WireApi } from '../../src/protocol/modes.ts'
import type { ResponseItem } from '../../src/protocol/response-item.ts'

export function clientFor(
  url: string,
  wireApi: WireApi,
  more: Partial<ProviderConfig> = {},
): Promise<ModelClient> {
  return createModelClient({
    name: 'local',
    baseUrl: url,
    apiKey: 'secret-key-of-the-test',
    wireApi,
    requestRetriesMax: 0,
    ...more,
  })
}

export function requestWith(more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: 'any',
    instructions: 'Be brief.',
    input: [user('hi')],
    tools: [],
    parallelToolCalls: true,
    ...more,
  }
}

export function user(text: string): ResponseItem {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
}

/** All events of one response. */
export async function eventsOf(
  client: ModelClient,
  request: ModelRequest = requestWith(),
  signal: AbortSignal = new AbortController().signal,
): Promise<ModelEvent[]> {
  return Array.fromAsync(client.stream(request, { signal }))
}

/** The events up to a failure, and the failure; it must fail. */
export async function failureOf(
  client: ModelClient,
  request: ModelRequest = requestWith(),
  signal: AbortSignal = new AbortController().signal,
): Promise<{ events: ModelEvent[]; error: unknown }> {
  const events: ModelEvent[] = []
  try {
    for await (const event of client.stream(request, { signal })) events.push(event)
  } catch (error) {
    return { events, error }
  }
  throw new Error('The stream was expected to fail.')
}

/** What a response came to, without the ids that are made anew each time. */
export function gist(events: readonly ModelEvent[]): unknown[] {
  return events.flatMap((event): unknown[] => {
    if (event.type === 'item.done') {
      const { id, ...item } = event.item
      return [item]
    }
    return event.type === 'completed' ? [{ usage: event.usage, finishReason: event.finishReason }] : []
  })
}

export function itemsDone(events: readonly ModelEvent[]): ResponseItem[] {
  return events.flatMap((event) => (event.type === 'item.done' ? [event.item] : []))
}

export function deltasOf(events: readonly ModelEvent[], kind: 'text' | 'reasoning' | 'arguments'): string {
  return events.map((event) => (event.type === 'delta' && event.kind === kind ? event.delta : '')).join('')
}
