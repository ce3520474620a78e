/** The Messages API behind the seam. */

import { anthropicTransport } from '../anthropic-transport.ts'
import type { ModelClient, ProviderConfig } from '../model-client.ts'
import { streamEvents } from '../stream-events.ts'
import { createDecoder } from './decode.ts'
import { encodeRequest } from './encode.ts'
import { headersFor, profileFor } from './profile.ts'

export async function createMessagesClient(config: ProviderConfig): Promise<ModelClient> {
  const profile = profileFor(config)
  const transport = await anthropicTransport(config, headersFor(profile, config))
  return {
    provider: config.name,
    wireApi: 'messages',
    supportsCustomTools: false,
    stream: (request, { signal }) =>
      streamEvents({
        transport,
        config,
        path: pathUnder(config.baseUrl),
        body: encodeRequest(request, config.name, profile),
        request,
        createDecoder,
        signal,
      }),
  }
}

/** Anthropic's own base URL leaves the version out, those of most others end with it; both are meant. */
function pathUnder(baseUrl: string): string {
  return /\/v1\/*$/.test(new URL(baseUrl).pathname) ? '/messages' : '/v1/messages'
}
