/** The files that the demo adds to the library: a test of what it does, a test of its types. */

export const TEST_FILE = 'test.js'
export const TYPES_FILE = 'usage.ts'

/** For Node. TAP, because a program is to read it. */
export const TEST_ARGUMENTS = ['--test', '--test-reporter=tap', TEST_FILE]
export const TYPES_ARGUMENTS = ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.']

export const TESTS = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import prettyMilliseconds from './index.js'

const cases = (title, rows) =>
  test(title, () => {
    for (const [milliseconds, options, expected] of rows) {
      assert.equal(prettyMilliseconds(milliseconds, options), expected)
    }
  })

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

cases('zero and milliseconds', [[0, {}, '0ms'], [1, {}, '1ms'], [999, {}, '999ms']])
cases('seconds with a decimal', [[1337, {}, '1.3s'], [59_000, {}, '59s']])
cases('all units, largest first', [[15 * day + 11 * hour + 23 * minute + 20 * second, {}, '15d 11h 23m 20s']])
cases('years have 365 days', [[366 * day, {}, '1y 1d'], [366 * day, { hideYear: true }, '366d']])
cases('negative durations', [[-90 * second, {}, '-1m 30s']])
cases('compact shows one unit', [[hour + 10 * minute, { compact: true }, '1h']])
cases('unitCount cuts', [[day + hour + minute, { unitCount: 2 }, '1d 1h']])
cases('verbose words in the plural', [[5 * hour + 2 * second, { verbose: true }, '5 hours 2 seconds']])
cases('verbose words in the singular', [
  [hour + minute + second, { verbose: true }, '1 hour 1 minute 1 second'],
  [366 * day, { verbose: true }, '1 year 1 day'],
])
cases('colon notation', [
  [12 * minute + 34 * second, { colonNotation: true }, '12:34'],
  [95_500, { colonNotation: true }, '1:35.5'],
])
cases('colon notation pads all but the first', [
  [second, { colonNotation: true }, '0:01'],
  [hour + 2 * minute + 3 * second, { colonNotation: true }, '1:02:03'],
])
cases('whole days as a bigint', [[86_400_000n, {}, '1d']])

test('what is no number is refused', () => {
  assert.throws(() => prettyMilliseconds(Number.NaN), TypeError)
})
`

export const USAGE = `import prettyMilliseconds, { type Options } from './index.js'

const options: Options = { verbose: true, unitCount: 2 }
export const some: string = prettyMilliseconds(1337, options)
export const whole: string = prettyMilliseconds(1337n)

// @ts-expect-error A duration is no text.
prettyMilliseconds('1337')
// @ts-expect-error There is no such option.
prettyMilliseconds(1337, { colour: true })
`

export const TSCONFIG = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022'],
    types: [],
    strict: true,
    noEmit: true,
  },
  files: [TYPES_FILE],
}
