/** The error object that OpenAI's wire APIs answer a refused request with. */

import type { WireError } from './wire.ts'

export function openAiErrorBody({ status, message, code, param }: WireError): unknown {
  const type = status < 500 ? 'invalid_request_error' : 'server_error'
  return { error: { message, type, param: param ?? null, code: code ?? null } }
}
