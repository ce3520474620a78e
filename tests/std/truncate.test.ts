/** What is left of a long text, by Codex's rules. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  approximateTokens,
  formattedTruncation,
  scalePolicy,
  type TruncationPolicy,
  truncateMiddle,
  truncateParts,
} from '../../src/std/truncate.ts'

const tokens = (limit: number): TruncationPolicy => ({ mode: 'tokens', limit })
const bytes = (limit: number): TruncationPolicy => ({ mode: 'bytes', limit })
const text = (value: string) => ({ type: 'input_text' as const, text: value })

describe('one text', () => {
  const check = (input: string, policy: TruncationPolicy, expected: string) =>
    expect(truncateMiddle(input, policy)).toBe(expected)

  test('a text within the limit is left alone, to the byte', () => {
    check('0123456789', bytes(10), '0123456789')
    check('01234567', tokens(2), '01234567')
    check('', bytes(0), '')
  })

  test('half of the limit stays at each end, with no newline around the marker', () => {
    check('0123456789', bytes(4), '01…6 chars truncated…89')
    check('0123456789', bytes(5), '01…5 chars truncated…789')
  })

  test('a limit in tokens keeps four bytes for each and counts what is over in tokens, rounded up', () => {
    check('0123456789abcdef', tokens(2), '0123…2 tokens truncated…cdef')
    check('0123456789abcde', tokens(2), '0123…2 tokens truncated…bcde')
  })

  test('a limit of 0 leaves only the marker', () => {
    check('0123456789', tokens(0), '…3 tokens truncated…')
    check('äöü', bytes(0), '…3 chars truncated…')
  })

  test('a character of several bytes is dropped whole at either cut, and counted once', () => {
    check('aää€€ää', bytes(6), 'aä…4 chars truncated…ä')
    check('😀😀😀😀', bytes(9), '😀…2 chars truncated…😀')
    check('😀😀😀', bytes(3), '…3 chars truncated…')
  })

  test('what stays are both ends of the text, whole characters within the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (input, limit) => {
        const [head, tail, ...rest] = truncateMiddle(input, bytes(limit)).split(/…\d+ chars truncated…/)

        if (tail === undefined) return head === input && Buffer.byteLength(input) <= limit
        return (
          rest.length === 0 &&
          input.startsWith(head ?? '?') &&
          input.endsWith(tail) &&
          Buffer.byteLength(`${head}${tail}`) <= limit
        )
      }),
    )
  })
})

describe('with the head that tells the model', () => {
  test('the head names the tokens and lines of the whole', () => {
    const output = `${'line\n'.repeat(40_000)}`

    const cut = formattedTruncation(output, tokens(10_000))

    const head = 'Warning: truncated output (original token count: 50000)\nTotal output lines: 40000\n\n'
    expect(cut.startsWith(`${head}line\nline\n`)).toBe(true)
    expect(cut.slice(head.length)).toBe(
      `${output.slice(0, 20_000)}…40000 tokens truncated…${output.slice(-20_000)}`,
    )
  })

  test('a text without a newline at its end counts its last line, and one that fits gets no head', () => {
    expect(formattedTruncation('one\ntwo\nthree', bytes(2))).toContain('Total output lines: 3\n\n')
    expect(formattedTruncation('one\ntwo\n', bytes(8))).toBe('one\ntwo\n')
  })

  test('the count of tokens can be that of a text which was cut before', () => {
    expect(formattedTruncation('0123456789', bytes(2), { originalTokens: 99 })).toContain(
      '(original token count: 99)',
    )
  })
})

describe('several parts', () => {
  const image = { type: 'input_image' as const, image_url: 'data:,' }

  test('parts share the budget: the first that does not fit is cut, texts after it are counted, images stay', () => {
    const cut = truncateParts(
      [text('12345678'), image, text('0123456789abcdef'), text('gone'), image, text('gone too')],
      tokens(4),
    )

    expect(cut).toEqual([
      text('12345678'),
      image,
      text('0123…2 tokens truncated…cdef'),
      image,
      text('[omitted 2 text items ...]'),
    ])
  })

  test('parts that fit exactly stay as they are', () => {
    const parts = [text('1234'), text('5678')]

    expect(truncateParts(parts, bytes(8))).toEqual(parts)
    expect(truncateParts(parts, tokens(2))).toEqual(parts)
  })
})

test('a scaled limit is rounded up', () => {
  expect(scalePolicy(bytes(7), 1.2)).toEqual(bytes(9))
  expect(scalePolicy(tokens(10_000), 1.2)).toEqual(tokens(12_000))
})

test('tokens are a quarter of the bytes, rounded up', () => {
  expect(approximateTokens('')).toBe(0)
  expect(approximateTokens('12345')).toBe(2)
  expect(approximateTokens('€€')).toBe(2)
})
