/** Whether a call whose outcome nobody knows can simply be made again. */

import { effectsOf } from '../../tools/approval.ts'
import type { RegisteredTool } from '../../tools/tool-set.ts'

/** A tool that says so of itself, and one that only reads. */
export function isRepeatable(entry: RegisteredTool | undefined): boolean {
  if (entry === undefined) return true
  return entry.tool.idempotent === true || effectsOf(entry).every((effect) => effect === 'reads-files')
}
