/** The Responses API, as the scripted provider speaks it. */

import { openAiErrorBody } from '../error-body.ts'
import { BEARER, type Wire } from '../wire.ts'
import { checkResponsesBody } from './check.ts'
import { responseFrames } from './frames.ts'
import { readInput, readToolNames } from './read.ts'

export const responsesWire: Wire = {
  path: '/responses',
  frames: responseFrames,
  check: checkResponsesBody,
  read: readInput,
  toolNames: readToolNames,
  keyHeaders: [BEARER],
  requestIdHeader: 'x-request-id',
  errorBody: openAiErrorBody,
}
