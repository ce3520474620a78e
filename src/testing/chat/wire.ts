/** The Chat Completions API, as the scripted provider speaks it. */

import { openAiErrorBody } from '../error-body.ts'
import { BEARER, type Wire } from '../wire.ts'
import { checkChatBody } from './check.ts'
import { chatFrames } from './frames.ts'
import { readMessages, readToolNames } from './read.ts'

export const chatWire: Wire = {
  path: '/chat/completions',
  frames: chatFrames,
  check: checkChatBody,
  read: readMessages,
  toolNames: readToolNames,
  keyHeaders: [BEARER],
  requestIdHeader: 'x-request-id',
  errorBody: openAiErrorBody,
}
