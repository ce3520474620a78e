/** Secrets taken out of data. */

import { expect, test } from 'vitest'
import { createRedactor } from '../../src/std/redact.ts'
import { redactValue } from '../../src/std/redact-value.ts'

const redactor = createRedactor(['swordfish'])
const clean = (value: unknown) => redactValue(value, redactor)

test('texts are redacted however deep they are, the rest stays', () => {
  const when = new Date(0)
  const value = { list: ['a', { at: 'say swordfish' }], count: 1, none: null, missing: undefined, when }

  expect(clean(value)).toEqual({
    list: ['a', { at: 'say [redacted]' }],
    count: 1,
    none: null,
    missing: undefined,
    when,
  })
})

test('the value itself is not touched', () => {
  const value = { password: 'swordfish' }

  clean(value)

  expect(value.password).toBe('swordfish')
})

test('an error stays an error, without the secret in its message, stack, cause and fields', () => {
  const error = Object.assign(new TypeError('no swordfish', { cause: new Error('swordfish!') }), {
    input: 'swordfish',
  })

  const copy = clean(error)

  expect(copy).toBeInstanceOf(Error)
  expect(copy).toMatchObject({
    name: 'TypeError',
    message: 'no [redacted]',
    cause: { message: '[redacted]!' },
    input: '[redacted]',
  })
  expect((copy as Error).stack).not.toContain('swordfish')
})

test('what stands inside itself ends there, what stands twice side by side does not', () => {
  const shared = { a: 1 }
  const value: Record<string, unknown> = { one: shared, two: shared }
  value.self = value

  expect(clean(value)).toEqual({ one: { a: 1 }, two: { a: 1 }, self: '[circular]' })
})

test('bytes are named by their number, a URL is a text', () => {
  const value = [Buffer.from('swordfish'), new URL('https://host/?key=swordfish')]

  expect(clean(value)).toEqual(['[9 bytes]', 'https://host/?key=[redacted]'])
})

test('names of fields are redacted, and none pushes out another', () => {
  const value = { swordfish: 1, '[redacted]': 2, 'the swordfish': 3, 'a swordfish': { swordfish: 4 } }

  expect(clean(value)).toEqual({
    '[redacted] 2': 1,
    '[redacted]': 2,
    'the [redacted]': 3,
    'a [redacted]': { '[redacted]': 4 },
  })
  const twin = Buffer.from('swordfish').toString('base64')
  expect(clean({ swordfish: 1, [twin]: 2 })).toEqual({ '[redacted]': 1, '[redacted] 2': 2 })
})
