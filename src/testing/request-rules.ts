/** The rules for a request as a whole, whatever wire API it is. */

import { isFilledString } from './json.ts'
import type { ProviderRequest } from './requests.ts'
import type { CheckContext, Wire } from './wire.ts'

export interface RequestCheckContext extends Omit<CheckContext, 'headers'> {
  readonly wire: Wire
  /** The key that has to be brought, if any. */
  readonly apiKey: string | undefined
}

/** Reports all that a real provider refuses, or what keeps it from looking further. */
export function checkRequest(request: ProviderRequest, context: RequestCheckContext): void {
  const { method, path, headers, body } = request
  const { wire, apiKey, report } = context

  const expectedPath = `/v1${wire.path}`
  const [pathAlone] = path.split('?')
  if (method !== 'POST' || pathAlone !== expectedPath) {
    report('endpoint', '', `there is no ${method} ${path} here, only POST ${expectedPath}`)
    return
  }
  if (apiKey !== undefined && !bringsKey(headers, apiKey, wire)) {
    const names = wire.keyHeaders.map(({ name }) => name)
    const found = names.some((name) => headers[name] !== undefined)
      ? 'it holds something else'
      : 'there is none'
    const wanted = wire.keyHeaders.map(({ name, prefix }) => `${name}: ${prefix}<key>`).join(' or ')
    report('authorization', names[0] ?? '', `the header has to be ${wanted}; ${found}`)
    return
  }
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    report('content-type', 'content-type', 'a body is sent as application/json')
  }
  if (!request.isJson) {
    report('json', '', 'the body is not a JSON object')
    return
  }
  if (!isFilledString(body.model)) report('model', 'model', 'the model is named by a string')
  if (body.stream !== true) report('stream', 'stream', 'only streams are served here: stream has to be true')
  wire.check(body, { ...context, headers })
}

function bringsKey(headers: ProviderRequest['headers'], apiKey: string, wire: Wire): boolean {
  return wire.keyHeaders.some(({ name, prefix }) => headers[name] === `${prefix}${apiKey}`)
}
