/** The door `codex-ts/apply-patch`: Codex's patch format for any program. */

export type { PatchChange } from './apply-hunk.ts'
export { type ApplyPatchOptions, type ApplyPatchResult, applyPatch } from './apply-patch.ts'
export { diskFiles } from './disk-files.ts'
export type { LineEndings } from './line-endings.ts'
export type { AddHunk, Chunk, ContextLine, DeleteHunk, Hunk, UpdateHunk } from './patch.ts'
export type { PatchFiles, PatchSnapshot } from './patch-files.ts'
export { type PatchPreview, patchPreview } from './patch-preview.ts'
export { type PatchStream, streamPatch } from './patch-stream.ts'
export { type PatchTarget, patchTargets } from './patch-targets.ts'
