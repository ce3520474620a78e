/** What is known of a patch while it arrives. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Hunk, patchPreview, streamPatch } from '../../../src/packs/core-codex/apply-patch/index.ts'
import { parsePatch } from '../../../src/packs/core-codex/apply-patch/parse-patch.ts'
import { patchCases } from '../../support/patch-cases.ts'
import { patchOf } from '../../support/patch-text.ts'

/** All that was shown for a text, cut into pieces of this size. */
function shownFor(form: 'freeform' | 'function', text: string, size: number, cwd?: string): string[] {
  const preview = patchPreview(form, cwd)
  const shown: string[] = []
  for (let at = 0; at < text.length; at += size) {
    const item = preview.push(text.slice(at, at + size))
    if (item === null) continue
    if (item.type !== 'file_change') throw new Error(`Unexpected item ${item.type}`)
    shown.push(`${item.status}: ${item.changes.map(({ kind, path }) => `${kind} ${path}`).join(', ')}`)
  }
  return shown
}

function hunksOf(patch: string): readonly Hunk[] | null {
  try {
    return parsePatch(patch).hunks
  } catch {
    return null
  }
}

const PATCH = `${patchOf(
  ...['*** Add File: new', '+1', '*** Update File: sub/old', '*** Move to: moved', '@@', '-x', '+y'],
  '*** Delete File: gone',
)}\n`

test('whatever way a patch is cut, its hunks in the end are those of the whole', () => {
  const cases = patchCases(7_110, 400).flatMap(({ patch }) => {
    const hunks = hunksOf(patch)
    return hunks === null ? [] : [{ patch, hunks }]
  })
  expect(cases.length).toBeGreaterThan(100)

  fc.assert(
    fc.property(fc.constantFrom(...cases), fc.integer({ min: 1, max: 40 }), ({ patch, hunks }, size) => {
      const stream = streamPatch()
      for (let at = 0; at < patch.length; at += size) stream.push(patch.slice(at, at + size))

      expect({ problem: stream.problem, hunks: stream.finish() }).toEqual({ problem: null, hunks })
    }),
    { numRuns: 500 },
  )
})

test('a hunk is known from its header on, and grows', () => {
  const stream = streamPatch()

  expect(stream.push('*** Begin Patch\n*** Update File: a')).toEqual([])
  expect(stream.push('\n@@ f\n-x\n+y')).toMatchObject([
    { kind: 'update', path: 'a', chunks: [{ newLines: [] }] },
  ])
  expect(stream.push('\n')).toMatchObject([{ chunks: [{ context: 'f', oldLines: ['x'], newLines: ['y'] }] }])
})

test('what is no patch is known to be none, and what was known stays', () => {
  const stream = streamPatch()

  stream.push('*** Begin Patch\n*** Delete File: a\njunk\n*** Delete File: b\n')

  expect(stream.problem).toMatchObject({ code: 'patch_syntax', line: 3 })
  expect(stream.push('*** Delete File: c\n')).toMatchObject([{ path: 'a' }])
})

test.each([1, 2, 5, 1_000])('files show once each as they become known, in pieces of %i', (size) => {
  const steps = [
    'in_progress: add new',
    'in_progress: add new, update sub/old',
    'in_progress: add new, update sub/old, delete gone',
  ]

  const shown = shownFor('freeform', PATCH, size)

  expect(shown).toEqual(size === 1_000 ? steps.slice(-1) : steps)
  expect(shownFor('function', JSON.stringify({ input: PATCH }), size)).toEqual(shown)
})

test('with a working directory paths are absolute', () => {
  expect(shownFor('freeform', PATCH, 1_000, '/w')).toEqual([
    'in_progress: add /w/new, update /w/sub/old, delete /w/gone',
  ])
})

test.each<[string, string]>([
  ['escapes of every kind', '{"input":"*** Begin Patch\\n*** Add File: \\u00e9\\ud83d\\ude00\\/\\"\\\\\\n"}'],
  ['spaces between the parts', ' {\n "input" :\t"*** Begin Patch\\n*** Add File: é😀/\\"\\\\\\n" } '],
  ['an escaped name', '{"\\u0069nput":"*** Begin Patch\\n*** Add File: é😀/\\"\\\\\\n"}'],
  [
    'other fields around it',
    '{"a":{"input":"*** Begin Patch\\n*** Add File: no\\n"},"b":["input",1.5e3,null],"c":"}\\"",' +
      '"input":"*** Begin Patch\\n*** Add File: é😀/\\"\\\\\\n","d":"x"}',
  ],
  [
    'the field twice, of which the first counts',
    '{"input":"*** Begin Patch\\n*** Add File: é😀/\\"\\\\\\n","input":"*** Delete File: b\\n"}',
  ],
])('arguments may hold %s, cut anywhere', (_, text) => {
  for (const size of [1, 3, 1_000]) {
    expect(shownFor('function', text, size)).toEqual(['in_progress: add é😀/"\\'])
  }
})

test.each([
  '',
  '[]',
  '"*** Begin Patch\\n*** Add File: a\\n"',
  '{"patch":"*** Begin Patch\\n*** Add File: a\\n"}',
  '}}{{',
])('arguments without a patch show nothing: %s', (text) => {
  expect(shownFor('function', text, 1)).toEqual([])
})

test('a million characters, one by one, are followed as they come', () => {
  const lines = Array.from({ length: 20_000 }, (_, line) => `+${line} ${'é'.repeat(42)}\n`).join('')
  const patch = `*** Begin Patch\n*** Add File: large\n${lines}+${'long '.repeat(20_000)}\n*** Delete File: last\n`
  const preview = patchPreview('function')

  let shown = 0
  for (const sign of JSON.stringify({ input: patch })) {
    if (preview.push(sign) !== null) shown += 1
  }

  expect(shown).toBe(2)
})
