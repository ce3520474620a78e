/** Whatever a tool gives back can be shown and kept. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonSafe } from '../../src/std/json-safe.ts'

test('what JSON says stays as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.stringify(jsonSafe(value))).toBe(JSON.stringify(value))
    }),
  )
})

test('anything at all becomes JSON', () => {
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
      (value) => {
        expect(() => JSON.stringify(jsonSafe(value))).not.toThrow()
      },
    ),
  )
})

test.each([
  ['a circle', circle(), { self: '[circular]' }],
  ['a big integer', 10n, '10n'],
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['a map', new Map([['a', 1]]), [['a', 1]]],
  ['a function', () => 1, null],
  ['a number that is none', Number.NaN, 'NaN'],
  ['what throws when read', thrower(), '[unreadable]'],
  [
    'a field called __proto__',
    JSON.parse('{"__proto__":{"polluted":1}}'),
    JSON.parse('{"__proto__":{"polluted":1}}'),
  ],
])('%s is told in the nearest words', (_, value, told) => {
  expect(JSON.stringify(jsonSafe(value))).toBe(JSON.stringify(told))
})

function circle(): object {
  const value: Record<string, unknown> = {}
  value.self = value
  return value
}

function thrower(): object {
  return {
    get x(): never {
      throw new Error('no')
    },
  }
}
