/** The client for a provider's wire API, loaded when it is first asked for. */

import { OptionError } from '../protocol/errors.ts'
import type { ModelClient, ProviderConfig } from './model-client.ts'
import { checkBaseUrl } from './providers.ts'

/** @throws {OptionError} An address that cannot be, or a wire API that we do not speak. */
export async function createModelClient(config: ProviderConfig): Promise<ModelClient> {
  checkBaseUrl(config.name, config.baseUrl)
  switch (config.wireApi) {
    case 'responses': {
      const { createResponsesClient } = await import('./responses/client.ts')
      return createResponsesClient(config)
    }
    case 'chat': {
      const { createChatClient } = await import('./chat/client.ts')
      return createChatClient(config)
    }
    case 'messages': {
      const { createMessagesClient } = await import('./messages/client.ts')
      return createMessagesClient(config)
    }
    default:
      throw new OptionError(
        `providers.${config.name}.wireApi`,
        `must be responses, chat or messages, not ${config.wireApi satisfies never}.`,
      )
  }
}
