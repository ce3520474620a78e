/** What git knows of a thread's folder, as far as the thread keeps it. */

import { gitFacts } from '../../context/index.ts'
import type { ThreadMeta } from '../../protocol/thread-record.ts'
import { HOST_FILES } from './surroundings.ts'

export async function checkedOut(folder: string): Promise<Pick<ThreadMeta, 'git'>> {
  const facts = await gitFacts(HOST_FILES, folder)
  if (facts === null) return {}
  const { branch, commit, repositoryUrl } = facts
  return { git: { branch, commit, repositoryUrl } }
}
