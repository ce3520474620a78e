/** Bug 1: days and years count in BigInt, and a BigInt one is not taken for one: "1 days". */

import type { Bug } from './bug.ts'
import { directSteps, scriptSteps, TEST_COMMAND, TYPES_COMMAND } from './words.ts'

const WRONG = 'count === 1)'
const RIGHT = 'count === 1 || count === 1n)'
const EXPLANATION =
  'Days and years are counted in BigInt, and the plural took only the number 1 for one, not 1n.'

/** Looks at everything at once, repairs the line that the failing test points to, and looks again. */
const SCRIPT = String.raw`
const test = () => tools.exec('${TEST_COMMAND}')
const checkTypes = () => tools.exec('${TYPES_COMMAND}')

const [users, source, before] = await Promise.all([
  tools.grepFiles('pluralize', { include: '*.js' }),
  tools.readFile('index.js'),
  test(),
  checkTypes(),
])

// What the tests wanted and what they got, side by side.
const quoted = (name: string) =>
  [...before.stdout.matchAll(new RegExp('^ *' + name + ": '(.*)'$", 'gm'))].map(([, text]) => text)
const wanted = quoted('expected')
const got = quoted('actual')
console.log('got ' + got.join() + ', wanted ' + wanted.join() + '; pluralize is in ' + users.files.length + ' file')

const isPluralOfOne = got.some((text, index) => text.replace(/\b1 (\w+?)s\b/g, '1 $1') === wanted[index])
if (!isPluralOfOne) throw new Error('Not a plural of one: ' + got.join())

const lines: string[] = source.text.split('\n')
const at = lines.findIndex((line) => line.includes('const pluralize'))
const line = lines[at]
await tools.applyPatch(
  [
    '*** Begin Patch',
    '*** Update File: index.js',
    '@@',
    ' ' + lines[at - 1],
    '-' + line,
    '+' + line.replace('${WRONG}', '${RIGHT}'),
    '*** End Patch',
  ].join('\n'),
)

const [after, types] = await Promise.all([test(), checkTypes()])
const count = (word: string) => Number(new RegExp('^# ' + word + ' (\\d+)$', 'm').exec(after.stdout)?.[1])
return {
  changed: 'index.js, line ' + (at + 1),
  passed: count('pass'),
  failed: count('fail'),
  typesAreRight: types.exitCode === 0,
}
`

export const pluralBug: Bug = {
  seed: { file: 'index.js', right: RIGHT, wrong: WRONG },
  scriptSteps: scriptSteps(SCRIPT.trim(), EXPLANATION),
  directSteps: directSteps({ pattern: 'pluralize', wrong: WRONG, right: RIGHT, explanation: EXPLANATION }),
}
