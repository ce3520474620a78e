/** Bytes of an answer as a transport would hand them over, read by the real stream: no socket costs its time. */

import type { ModelEvent, ProviderConfig } from '../../src/model/index.ts'
import type { DecodeContext, StreamDecoder } from '../../src/model/stream-decoder.ts'
import { streamEvents } from '../../src/model/stream-events.ts'
import type { WireApi } from '../../src/protocol/modes.ts'
import { requestWith } from './model-client.ts'

/** How a body that was cut comes to its end. */
export type CutKind = 'break' | 'end'

export interface CutOutcome {
  readonly events: readonly ModelEvent[]
  /** Null where the stream came to a good end. */
  readonly error: unknown
}

export async function readCut(
  wireApi: WireApi,
  createDecoder: (context: DecodeContext) => StreamDecoder,
  bytes: Uint8Array,
  kind: CutKind,
): Promise<CutOutcome> {
  const config: ProviderConfig = {
    name: 'local',
    baseUrl: 'http://127.0.0.1/v1',
    apiKey: undefined,
    wireApi,
    requestRetriesMax: 0,
  }
  const events: ModelEvent[] = []
  try {
    for await (const event of streamEvents({
      transport: { post: async () => answerOf(bytes, kind) },
      config,
      path: '/answer',
      body: {},
      request: requestWith({ tools: [{ type: 'custom', name: 'exec', description: 'Run.' }] }),
      createDecoder,
      signal: new AbortController().signal,
    })) {
      events.push(event)
    }
    return { events, error: null }
  } catch (error) {
    return { events, error }
  }
}

function answerOf(bytes: Uint8Array, kind: CutKind): Response {
  let isSent = false
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (!isSent && bytes.length > 0) controller.enqueue(bytes)
      else if (kind === 'end') controller.close()
      else controller.error(new Error('The socket broke.'))
      isSent = true
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}
