/** The text of a body is what JSON.stringify gives, also when its tools come again. */

import { expect, test } from 'vitest'
import { bodyText } from '../../src/model/body-text.ts'

test('is the same as the text of the whole, whatever stands in it', () => {
  const tools = [{ name: 'a', description: 'é "quoted"\n' }]
  const body = { model: 'any', left: undefined, none: null, input: [{ text: '\ud800' }], tools, last: true }

  expect(bodyText(body)).toBe(JSON.stringify(body))
  expect(bodyText({ ...body, input: [] })).toBe(JSON.stringify({ ...body, input: [] }))
  expect(bodyText({ tools: [{ name: 'b' }] })).toBe('{"tools":[{"name":"b"}]}')
})
