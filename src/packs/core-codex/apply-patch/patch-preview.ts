/** Shows which files a patch is about, while the model still writes it. */

import type { ItemBody } from '../../../tools/tool.ts'
import { argumentText } from './argument-text.ts'
import type { Hunk } from './patch.ts'
import { streamPatch } from './patch-stream.ts'
import { isResolvable, resolvePath } from './resolve-path.ts'

export interface PatchPreview {
  /** @returns How the call shows from now on, or null when nothing new is known. */
  push(delta: string): ItemBody | null
}

/**
 * Follow an apply_patch call whose arguments arrive.
 *
 * What is shown was not checked: a file is named once, as soon as its header is whole, in the order of the patch. Where
 * the text turns out to be no patch, nothing more is shown.
 *
 * @param form What arrives: the patch itself, or JSON with the patch as `input`.
 * @param cwd Absolute; with it paths are shown absolute, as they are once the patch is checked.
 */
export function patchPreview(form: 'freeform' | 'function', cwd?: string): PatchPreview {
  const patch = streamPatch()
  const input = form === 'function' ? argumentText('input') : null
  let shown = 0
  const changes: { path: string; kind: Hunk['kind'] }[] = []

  return {
    push(delta) {
      const hunks = patch.push(input === null ? delta : input.push(delta))
      if (hunks.length === shown) return null
      for (const hunk of hunks.slice(shown)) changes.push({ path: shownPath(hunk, cwd), kind: hunk.kind })
      shown = hunks.length
      return { type: 'file_change', changes: [...changes], status: 'in_progress' }
    },
  }
}

function shownPath({ path }: Hunk, cwd: string | undefined): string {
  return cwd === undefined || !isResolvable(path) ? path : resolvePath(cwd, path)
}
