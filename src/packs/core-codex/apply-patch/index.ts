/** The door `codex-ts/apply-patch`: Codex's patch format for any program. */

export type { PatchChange } from './apply-hunk.ts'
export { type ApplyPatchOptions, type ApplyPatchResult, applyPatch } from './apply-patch.ts'
export type { LineEndings } from './line-endings.ts'
export { diskFiles, type PatchFiles } from './patch-files.ts'
