/** The Responses API behind the seam. */

import type { ModelClient, ProviderConfig } from '../model-client.ts'
import { openaiTransport } from '../openai-transport.ts'
import { streamEvents } from '../stream-events.ts'
import { createDecoder } from './decode.ts'
import { encodeRequest } from './encode.ts'

export async function createResponsesClient(config: ProviderConfig): Promise<ModelClient> {
  const transport = await openaiTransport(config)
  return {
    provider: config.name,
    wireApi: 'responses',
    supportsCustomTools: true,
    stream: (request, { signal }) =>
      streamEvents({
        transport,
        config,
        path: '/responses',
        body: encodeRequest(request, config.name),
        request,
        createDecoder,
        signal,
      }),
  }
}
