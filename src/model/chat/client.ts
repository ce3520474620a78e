/** The Chat Completions API behind the seam. */

import type { ModelClient, ProviderConfig } from '../model-client.ts'
import { openaiTransport } from '../openai-transport.ts'
import { streamEvents } from '../stream-events.ts'
import { createDecoder } from './decode.ts'
import { encodeRequest } from './encode.ts'
import type { ChatProfile } from './profile.ts'
import { profileFor } from './profiles.ts'

/** @param profile The dialect of the server; by the configuration unless told. */
export async function createChatClient(
  config: ProviderConfig,
  profile: ChatProfile = profileFor(config),
): Promise<ModelClient> {
  const transport = await openaiTransport(config)
  return {
    provider: config.name,
    wireApi: 'chat',
    supportsCustomTools: false,
    stream: (request, { signal }) =>
      streamEvents({
        transport,
        config,
        path: '/chat/completions',
        body: { ...encodeRequest(request, config.name, profile), ...config.body },
        request,
        createDecoder: (context) => createDecoder(context, profile),
        signal,
      }),
  }
}
