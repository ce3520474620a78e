/** The paths that a patch would touch, before anything is tried. */

import { expect, test } from 'vitest'
import { patchTargets } from '../../../src/packs/core-codex/apply-patch/index.ts'
import { patchOf } from '../../support/patch-text.ts'

test('each path is absolute, in the order of the patch, and a move has two', () => {
  const patch = patchOf(
    ...['*** Add File: ../out', '+1', '*** Update File: ./a', '*** Move to: /etc/b', '@@', ' x'],
    ...['*** Delete File: d/../c', '*** Update File: e', '@@', ' x'],
  )

  expect(patchTargets(patch, '/w/sub')).toEqual({
    targets: [
      { kind: 'add', path: '/w/out' },
      { kind: 'move-from', path: '/w/sub/a' },
      { kind: 'move-to', path: '/etc/b' },
      { kind: 'delete', path: '/w/sub/c' },
      { kind: 'update', path: '/w/sub/e' },
    ],
  })
})

test.each([
  ['junk', "invalid patch: The first line of the patch must be '*** Begin Patch'"],
  [patchOf('*** Delete File: a\0'), `'a\0' is invalid on '${process.platform}'`],
])('what cannot be tried has a problem instead: %j', (patch, problem) => {
  expect(patchTargets(patch, '/w')).toEqual({ problem: `apply_patch verification failed: ${problem}` })
})
