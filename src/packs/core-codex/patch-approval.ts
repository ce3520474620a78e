/** Decides whether a patch may be applied, has to be asked about, or may not: Codex's rules. */

import { PathDeniedError } from '../../platform/index.ts'
import type { Assessment, AssessmentContext } from '../../tools/assessment.ts'
import { patchTargets } from './apply-patch/index.ts'

/**
 * @param cwd Absolute: where the patch's paths start.
 * @returns For a text that is no patch `allow`: the tool says what is wrong with it.
 */
export async function assessPatch(
  patch: string,
  cwd: string,
  { workspace, policy }: AssessmentContext,
): Promise<Assessment> {
  const found = patchTargets(patch, cwd)
  if ('problem' in found) return { verdict: 'allow' }
  const paths = [...new Set(found.targets.map(({ path }) => path))]
  const sessionKeys = paths.map((path) => JSON.stringify(['patch', path]))

  const denied: string[] = []
  for (const path of paths) {
    if (!(await isWritable(path, workspace))) denied.push(path)
  }
  if (denied.length > 0) {
    // Under never the tool itself refuses, in Codex's words.
    if (policy === 'never') return { verdict: 'allow' }
    const reason = `The patch writes where the sandbox does not allow it: ${denied.join(', ')}.`
    return { verdict: 'ask', reason, sessionKeys, unconfined: true }
  }
  if (policy !== 'untrusted') return { verdict: 'allow' }
  return {
    verdict: 'ask',
    reason: 'Under the policy untrusted, changes to files are asked about.',
    sessionKeys,
  }
}

async function isWritable(path: string, workspace: AssessmentContext['workspace']): Promise<boolean> {
  try {
    await workspace.writable(path)
    return true
  } catch (error) {
    // What else is wrong with a path is found where it is used.
    return !(error instanceof PathDeniedError)
  }
}
