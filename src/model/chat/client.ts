/** The Chat Completions API behind the seam. */

import type { ModelClient, ProviderConfig } from '../model-client.ts'
import { openaiTransport } from '../openai-transport.ts'
import { streamEvents } from '../stream-events.ts'
import { createDecoder } from './decode.ts'
import { encodeRequest } from './encode.ts'
import { profileFor } from './profile.ts'

export async function createChatClient(config: ProviderConfig): Promise<ModelClient> {
  const transport = await openaiTransport(config)
  const profile = profileFor(config)
  return {
    provider: config.name,
    wireApi: 'chat',
    supportsCustomTools: false,
    stream: (request, { signal }) =>
      streamEvents({
        transport,
        config,
        path: '/chat/completions',
        body: encodeRequest(request, config.name, profile),
        request,
        createDecoder,
        signal,
      }),
  }
}
