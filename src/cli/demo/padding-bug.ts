/** Bug 2: in colon notation the second part is not padded: "0:1" for one second. */

import type { Bug } from './bug.ts'
import { directSteps, scriptSteps, TEST_COMMAND, TYPES_COMMAND } from './words.ts'

const WRONG = 'result.length > 1 ? 2 : 1'
const RIGHT = 'result.length > 0 ? 2 : 1'
const EXPLANATION = 'In colon notation every part but the first has two digits, and the bound was off by one.'

/** Finds the bounds that could be off by one, and moves each until the tests agree; a wrong try is taken back. */
const SCRIPT = String.raw`
const runTests = async () => {
  const { stdout } = await tools.exec('${TEST_COMMAND}')
  const count = (word: string) => Number(new RegExp('^# ' + word + ' (\\d+)$', 'm').exec(stdout)?.[1])
  return { passed: count('pass'), failed: count('fail') }
}
const swap = (file: string, from: string, to: string) =>
  tools.applyPatch(
    ['*** Begin Patch', '*** Update File: ' + file, '@@', '-' + from, '+' + to, '*** End Patch'].join('\n'),
  )

const [{ files }, before, typesBefore] = await Promise.all([
  tools.grepFiles('\\.length > \\d', { include: 'index.js' }),
  runTests(),
  tools.exec('${TYPES_COMMAND}'),
])
console.log(before.failed + ' failing, types ' + (typesBefore.exitCode === 0 ? 'right' : 'wrong'))

const sources = await Promise.all(files.map((file: string) => tools.readFile(file)))
const suspects = sources.flatMap(({ text }, index) =>
  text.split('\n').flatMap((line: string, at: number) => {
    const bound = /\.length > (\d+)/.exec(line)
    return bound ? [{ file: files[index], line, at: at + 1, bound: Number(bound[1]) }] : []
  }),
)

for (const { file, line, at, bound } of suspects) {
  for (const other of [bound + 1, bound - 1]) {
    const candidate = line.replace('.length > ' + bound, '.length > ' + other)
    await swap(file, line, candidate)
    const after = await runTests()
    if (after.failed === 0) {
      const types = await tools.exec('${TYPES_COMMAND}')
      return { changed: 'index.js, line ' + at, ...after, typesAreRight: types.exitCode === 0 }
    }
    console.log(after.failed + ' failing with ' + candidate.trim())
    await swap(file, candidate, line)
  }
}
throw new Error('No bound was off by one.')
`

export const paddingBug: Bug = {
  seed: { file: 'index.js', right: RIGHT, wrong: WRONG },
  scriptSteps: scriptSteps(SCRIPT.trim(), EXPLANATION),
  directSteps: directSteps({ pattern: 'length > ', wrong: WRONG, right: RIGHT, explanation: EXPLANATION }),
}
