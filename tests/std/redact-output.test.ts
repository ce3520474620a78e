/** Secrets taken out of what tools give. */

import { expect, test } from 'vitest'
import { createRedactor } from '../../src/std/redact.ts'
import { redactOutput } from '../../src/tools/redact-output.ts'

const redactor = createRedactor(['swordfish'])

test('names of fields lose secrets as texts do, and no field is lost', () => {
  const twin = Buffer.from('swordfish').toString('base64')
  const output = { list: [{ swordfish: 1, [twin]: 'say swordfish' }], ok: true }

  expect(redactOutput(output, redactor)).toEqual({
    list: [{ '[redacted]': 1, '[redacted] 2': 'say [redacted]' }],
    ok: true,
  })
})

test('the very value comes back where there is nothing to take out', () => {
  const output = { list: [{ a: 'b' }] }

  expect(redactOutput(output, redactor)).toBe(output)
})

test('a picture is left alone only when it is one to the very end', () => {
  const picture = `data:image/png;base64,${'AAAA'.repeat(1_000_000)}==`

  expect(redactOutput(picture, redactor)).toBe(picture)
  expect(redactOutput('data:image/png;base64,AAAA\nswordfish', redactor)).toBe(
    'data:image/png;base64,AAAA\n[redacted]',
  )
  expect(redactOutput('data:image/png;base64,AAAA and swordfish', redactor)).not.toContain('swordfish')
})
