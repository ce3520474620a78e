/** Data that is too long for the model stays data when it is cut. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderCell, reportOf, type ScriptResult } from '../../src/harness/index.ts'

const rendered = (value: unknown, bytesMax: number): string => {
  const result: ScriptResult = { ok: true, value, output: [], calls: [], logs: [], warnings: [] }
  const output = renderCell(reportOf(result, 0), { mode: 'bytes', limit: bytesMax })
  if (typeof output !== 'string') throw new TypeError('A value is rendered as text.')
  return output.slice(output.indexOf('Output:\n') + 'Output:\n'.length)
}
const dataOf = (text: string): unknown => JSON.parse(text.split('\n[cut to fit')[0] ?? '')

describe('a returned value', () => {
  test('that fits is whole', () => {
    expect(rendered({ a: [1, 2] }, 1_000)).toBe('{\n  "a": [\n    1,\n    2\n  ]\n}')
  })

  test('that fits only without its indentation loses that alone', () => {
    const value = Array.from({ length: 100 }, () => [1])

    expect(rendered(value, 500)).toBe(JSON.stringify(value))
  })

  test('that is too long keeps its fields, its first items and the beginnings of its texts', () => {
    const items = Array.from({ length: 1_000 }, (_, id) => ({ id, note: 'n'.repeat(50) }))
    const text = rendered({ total: 1_000, title: 'x'.repeat(5_000), items, end: true }, 2_000)

    expect(dataOf(text)).toMatchObject({ total: 1_000, end: true, items: expect.arrayContaining([items[0]]) })
    expect(text).toMatch(/"title":"x+… \d+ more characters"/)
    expect(text).toMatch(/"… \d+ more"\]/)
    expect(text).toMatch(/\[cut to fit: \d+ items left out, 1 texts shortened/)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_000)
    expect(Buffer.byteLength(text)).toBeGreaterThan(1_500)
  })

  test('with one long text among short fields gives that text what is over', () => {
    const text = rendered({ a: 1, body: 'b'.repeat(10_000), c: 'short' }, 1_000)

    expect((dataOf(text) as { body: string }).body.length).toBeGreaterThan(700)
  })

  test('that is nested beyond its room is summed up, not dropped', () => {
    const deep = (levels: number): unknown =>
      levels === 0 ? Array.from({ length: 50 }, (_, i) => i) : { level: levels, inner: deep(levels - 1) }

    expect(rendered(deep(20), 400)).toMatch(/[[{]… \d+ (items|fields)[\]}]|"…"/)
  })
})

describe('whatever the value and the budget', () => {
  // What JSON can say; a double that reads as the same JSON is the same value.
  const anyData = fc.jsonValue({ maxDepth: 6 })

  test('the text is JSON, within the budget, and the same each time', () => {
    fc.assert(
      fc.property(anyData, fc.integer({ min: 10, max: 2_000 }), (data, bytesMax) => {
        const value = [data, 'padding '.repeat(20), data]
        const text = rendered(value, bytesMax)
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytesMax)
        expect(() => dataOf(text)).not.toThrow()
        expect(rendered(value, bytesMax)).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  test('long texts of any characters are cut between characters', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 300, maxLength: 600 }),
        fc.integer({ min: 400, max: 900 }),
        (text, bytesMax) => {
          const shown = rendered([text, text], bytesMax)
          expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(bytesMax)
          expect(JSON.stringify(dataOf(shown))).not.toMatch(/\\ud[89a-f]/)
        },
      ),
      { numRuns: 100 },
    )
  })
})
