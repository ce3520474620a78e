/** The Messages API, as the scripted provider speaks it. */

import { BEARER, type Wire, type WireError } from '../wire.ts'
import { checkMessagesBody } from './check.ts'
import { messagesFrames } from './frames.ts'
import { readConversation, readToolNames } from './read.ts'

export const messagesWire: Wire = {
  path: '/messages',
  frames: messagesFrames,
  check: checkMessagesBody,
  read: readConversation,
  toolNames: readToolNames,
  keyHeaders: [{ name: 'x-api-key', prefix: '' }, BEARER],
  requestIdHeader: 'request-id',
  errorBody,
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

function errorBody({ status, message }: WireError): unknown {
  const type = ERROR_TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error')
  return { type: 'error', error: { type, message }, request_id: null }
}
