/** A command that is a patch: it is applied as one, and never started. */

import type { Assessment, AssessmentContext } from '../../tools/assessment.ts'
import type { ToolContext } from '../../tools/tool.ts'
import { PatchFailedError } from './errors.ts'
import { type InterceptedPatch, interceptApplyPatch } from './intercept-apply-patch.ts'
import { assessPatch } from './patch-approval.ts'
import { type AppliedPatch, patchAnswer, runPatch } from './run-patch.ts'

/** By the input of the call, which is the same for all that happens to it. */
const found = new WeakMap<object, InterceptedPatch>()

/** Whether the command is worth a second look before it is shown as one. */
export function mayBePatch(command: string | readonly string[]): boolean {
  const text = typeof command === 'string' ? command : command.join(' ')
  return /apply_?patch|\*\*\* Begin Patch/.test(text)
}

/** @param cwd Absolute: where the command would run. Undefined for what is an ordinary command. */
export async function assessIntercepted(
  call: object,
  command: string | readonly string[],
  cwd: string,
  context: AssessmentContext,
): Promise<Assessment | undefined> {
  if (!mayBePatch(command)) return undefined
  const intercepted = await interceptApplyPatch(command, cwd)
  found.set(call, intercepted)
  switch (intercepted.kind) {
    case 'none':
      return undefined
    case 'problem':
      return { verdict: 'allow' }
    case 'patch':
      return await assessPatch(call, intercepted.patch, intercepted.workdir, context)
  }
}

/**
 * What became of it; undefined for what is an ordinary command.
 *
 * @throws {PatchFailedError} Nothing was changed; its message is what the model reads.
 */
export async function runIntercepted(call: object, context: ToolContext): Promise<AppliedPatch | undefined> {
  const intercepted = found.get(call)
  if (intercepted === undefined || intercepted.kind === 'none') return undefined
  if (intercepted.kind === 'problem') throw new PatchFailedError(intercepted.message)
  return await runPatch(call, intercepted.patch, intercepted.workdir, context)
}

/** Whether it was taken for a patch, well written or not. */
export function isIntercepted(call: object): boolean {
  return (found.get(call)?.kind ?? 'none') !== 'none'
}

/** The text of the tool, as Codex gives it in place of a command's output. */
export function interceptedOutput({ summary, wallTimeSeconds }: AppliedPatch): string {
  return patchAnswer(0, wallTimeSeconds, summary)
}
