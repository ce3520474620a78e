/** What users of other libraries suffer when they import a package. */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { expect, test } from 'vitest'
import { repositoryRoot } from '../support/source-graph.ts'

const manifest = path.join(repositoryRoot, 'package.json')

test('pain 16: the root and every other door have types and code, and package.json can be read', async () => {
  const { exports } = JSON.parse(await readFile(manifest, 'utf8')) as { exports: Record<string, unknown> }
  const { './package.json': itself, ...doors } = exports

  expect(createRequire(manifest).resolve('codex-ts/package.json')).toBe(manifest)
  expect(itself).toBe('./package.json')
  expect(Object.keys(doors)).toContain('.')
  for (const door of Object.values(doors)) {
    // Types first: conditions are tried in their order.
    expect(Object.entries(door as object)).toEqual([
      ['types', expect.stringMatching(/^\.\/dist\/[\w-]+\.d\.ts$/)],
      ['default', expect.stringMatching(/^\.\/dist\/[\w-]+\.js$/)],
    ])
  }
})
