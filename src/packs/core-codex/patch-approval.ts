/** Decides whether a patch may be applied, has to be asked about, or may not: Codex's rules. */

import { PathDeniedError, type Workspace } from '../../platform/index.ts'
import type { Assessment, AssessmentContext } from '../../tools/assessment.ts'
import { patchTargets } from './apply-patch/index.ts'
import { PatchRejectedError } from './errors.ts'

/** Where the paths of a patch led when somebody was asked about it, by the input of the call. */
const asked = new WeakMap<object, ReadonlyMap<string, string>>()

/**
 * @param call The input of the call; the same that `checkStillAsAsked` is given.
 * @param cwd Absolute: where the patch's paths start.
 * @returns For a text that is no patch `allow`: the tool says what is wrong with it.
 */
export async function assessPatch(
  call: object,
  patch: string,
  cwd: string,
  { workspace, policy }: AssessmentContext,
): Promise<Assessment> {
  const found = patchTargets(patch, cwd)
  if ('problem' in found) return { verdict: 'allow' }
  const paths = [...new Set(found.targets.map(({ path }) => path))]
  const denied: string[] = []
  for (const path of paths) if (!(await isWritable(path, workspace))) denied.push(path)

  // Under never the tool itself refuses, in Codex's words.
  if (policy === 'never' || (denied.length === 0 && policy !== 'untrusted')) return { verdict: 'allow' }
  const real = await realPaths(paths, workspace)
  asked.set(call, real)
  const unconfined = denied.length > 0
  const sessionKeys = [...real.values()].map((path) => JSON.stringify(['patch', path, unconfined]))
  if (!unconfined) {
    const reason = 'Under the policy untrusted, changes to files are asked about.'
    return { verdict: 'ask', reason, sessionKeys }
  }
  const shown = denied.map((path) => shownPath(path, real))
  const reason = `The patch writes where the sandbox does not allow it: ${shown.join(', ')}.`
  return { verdict: 'ask', reason, sessionKeys, unconfined }
}

/**
 * A link that was changed while a person thought must not lead what they agreed to elsewhere.
 *
 * @throws {PatchRejectedError} A path leads to another place now.
 */
export async function checkStillAsAsked(call: object, workspace: Workspace): Promise<void> {
  const before = asked.get(call)
  if (before === undefined) return
  const now = await realPaths([...before.keys()], workspace)
  for (const [path, real] of before) {
    if (now.get(path) === real) continue
    throw new PatchRejectedError(
      `patch rejected: ${path} led to ${real} when it was asked about, and leads elsewhere now. Nothing was changed.`,
    )
  }
}

async function realPaths(paths: readonly string[], workspace: Workspace): Promise<Map<string, string>> {
  const real = new Map<string, string>()
  for (const path of paths) {
    // What is wrong with a path is found where it is used.
    real.set(path, await workspace.unconfined.writable(path).catch(() => path))
  }
  return real
}

function shownPath(path: string, real: ReadonlyMap<string, string>): string {
  const target = real.get(path) ?? path
  return target === path ? path : `${path} (which is ${target})`
}

async function isWritable(path: string, workspace: Workspace): Promise<boolean> {
  try {
    await workspace.writable(path)
    return true
  } catch (error) {
    return !(error instanceof PathDeniedError)
  }
}
