/** What the room of stores loads before it is used. */

import { expect, test } from 'vitest'
import { loadedWith, readSources } from '../support/source-graph.ts'

test('importing the stores loads no driver, and none of the stores that need one', () => {
  const { files, packages } = loadedWith('src/stores/index.ts', readSources())

  expect(files).toContain('src/stores/sqlite/index.ts')
  expect(files.filter((file) => /^src\/stores\/(?:sqlite|redis)\//.test(file)).sort()).toEqual([
    'src/stores/redis/index.ts',
    'src/stores/sqlite/index.ts',
  ])
  expect(packages.filter((name) => !name.startsWith('node:') || name === 'node:sqlite')).toEqual([])
})
