/** Secrets taken out of what providers say when they refuse. */

import { expect, test } from 'vitest'
import { createRedactor } from '../../src/model/redact.ts'

const redact = createRedactor({
  name: 'local',
  baseUrl: 'http://127.0.0.1:1/v1',
  apiKey: undefined,
  wireApi: 'responses',
  headers: { authorization: 'Bearer of/the header' },
  query: { api_key: 'of/the+query 1', page: 'page-of-many' },
})

test.each([
  ['of/the+query 1'],
  ['of%2Fthe%2Bquery%201'],
  ['of%2fthe%2bquery+1'],
  ['of/the header'],
  [Buffer.from('of/the+query 1').toString('base64')],
])('an answer that repeats the secret as %s is shown without it', (spelled) => {
  expect(redact(`refused ${spelled} on page-of-many`)).toBe('refused [redacted] on page-of-many')
})
