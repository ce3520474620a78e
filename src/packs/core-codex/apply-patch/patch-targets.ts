/** Says which paths a patch would touch, so that somebody can be asked before it is tried. */

import { PatchConflictError, PatchSyntaxError } from '../errors.ts'
import { changeOf } from './apply-hunk.ts'
import { parsePatch } from './parse-patch.ts'
import type { Hunk } from './patch.ts'

export interface PatchTarget {
  /** Absolute; links are not followed. */
  readonly path: string
  /** A move has two targets: the file that goes, and the place where it is written. */
  readonly kind: 'add' | 'delete' | 'update' | 'move-from' | 'move-to'
}

/**
 * The paths that a patch reads or writes, from its text alone, in its order.
 *
 * @param cwd Absolute; relative paths start here.
 * @returns `problem` instead: why the text is no patch that could be tried, in the words that the tool answers with.
 */
export function patchTargets(
  patch: string,
  cwd: string,
): { readonly targets: readonly PatchTarget[] } | { readonly problem: string } {
  try {
    return { targets: parsePatch(patch).hunks.flatMap((hunk) => targetsOf(hunk, cwd)) }
  } catch (error) {
    if (!(error instanceof PatchSyntaxError || error instanceof PatchConflictError)) throw error
    return { problem: `apply_patch verification failed: ${error.message}` }
  }
}

function targetsOf(hunk: Hunk, cwd: string): readonly PatchTarget[] {
  const { kind, path, movePath } = changeOf(hunk, cwd)
  if (movePath === undefined) return [{ kind, path }]
  return [
    { kind: 'move-from', path },
    { kind: 'move-to', path: movePath },
  ]
}
