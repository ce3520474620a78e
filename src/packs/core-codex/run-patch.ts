/** Applies a patch in a workspace, as a tool's call does: all of it, or nothing. */

import type { ItemBody, ToolContext } from '../../tools/tool.ts'
import { applyPatch, type PatchChange } from './apply-patch/index.ts'
import { PatchFailedError } from './errors.ts'
import { checkStillAsAsked } from './patch-approval.ts'
import { workspacePatchFiles } from './workspace-patch-files.ts'

export interface AppliedPatch {
  /** A heading, then a line for each file. */
  readonly summary: string
  readonly changes: readonly PatchChange[]
  readonly wallTimeSeconds: number
}

/** What the calls under way will change, once that is known: Codex shows a patch only from then on. */
const verifiedChanges = new WeakMap<object, readonly PatchChange[]>()

/**
 * @param call The input of the call, by which `patchItem` finds what it changed.
 * @param cwd Absolute: where the patch's paths start.
 * @throws {PatchFailedError} Nothing was changed; its message is what the model reads.
 */
export async function runPatch(
  call: object,
  patch: string,
  cwd: string,
  { workspace, progress, signal }: Pick<ToolContext, 'workspace' | 'progress' | 'signal'>,
): Promise<AppliedPatch> {
  const startedAt = performance.now()
  signal.throwIfAborted()
  await checkStillAsAsked(call, workspace)
  let isVerified = false
  const { exitCode, stdout, stderr, changes } = await applyPatch(patch, {
    cwd,
    files: workspacePatchFiles(workspace),
    onVerified(verified) {
      // The last moment to stop: from here on all is written, or nothing.
      signal.throwIfAborted()
      isVerified = true
      verifiedChanges.set(call, verified)
      progress({ type: 'item', item: fileChange(verified, 'in_progress') })
    },
  })
  const wallTimeSeconds = (performance.now() - startedAt) / 1000
  if (exitCode !== 0) {
    throw new PatchFailedError(isVerified ? patchAnswer(1, wallTimeSeconds, stderr) : stderr)
  }
  return { summary: stdout, changes, wallTimeSeconds }
}

/** The text that Codex's models know. */
export function patchAnswer(exitCode: number, seconds: number, text: string): string {
  return `Exit code: ${exitCode}\nWall time: ${wallTime(seconds)} seconds\nOutput:\n${text}`
}

/** At most one decimal. */
export function wallTime(seconds: number): number {
  return Number(seconds.toFixed(1))
}

/** How a call that ended shows; null where it never came to a patch that fits. */
export function patchItem(call: object, isApplied: boolean): ItemBody | null {
  const changes = verifiedChanges.get(call)
  return changes === undefined ? null : fileChange(changes, isApplied ? 'completed' : 'failed')
}

function fileChange(
  changes: readonly PatchChange[],
  status: 'in_progress' | 'completed' | 'failed',
): ItemBody {
  return { type: 'file_change', changes: changes.map(({ path, kind }) => ({ path, kind })), status }
}
