/** A call's outcome as the model reads it: rendered, then cut to fit. */

import { messageOf } from '../protocol/errors.ts'
import type { ToolOutput } from '../protocol/response-item.ts'
import { jsonSafe } from '../std/json-safe.ts'
import {
  formattedTruncation,
  scalePolicy,
  type TruncationPolicy,
  truncateMiddle,
  truncateParts,
} from '../std/truncate.ts'
import type { DispatchOutcome } from './dispatch.ts'
import type { ThreadDocuments } from './tool.ts'
import type { RegisteredTool } from './tool-set.ts'

export function renderOutcome(entry: RegisteredTool, outcome: DispatchOutcome): ToolOutput {
  if (!outcome.ok) return outcome.error.message
  const { output } = outcome
  try {
    if (entry.tool.render !== undefined) return entry.tool.render(output)
  } catch (error) {
    return `${entry.directName} ran, but what it gave back cannot be shown: ${messageOf(error)}`
  }
  return typeof output === 'string' ? output : JSON.stringify(jsonSafe(output))
}

/** A tool that cut its own output to the policy, head and all, is not cut a second time. */
const TOLERANCE = 1.2

/**
 * Cut what is too long; the whole of it becomes a document whose fileKey the model is told.
 *
 * Text is cut in the middle by Codex's rules; in an output of several parts the first that does not fit is.
 */
export async function capOutput(
  output: ToolOutput,
  policy: TruncationPolicy,
  documents: ThreadDocuments,
  name: string,
): Promise<ToolOutput> {
  if (typeof output !== 'string') return truncateParts(output, policy)
  if (truncateMiddle(output, scalePolicy(policy, TOLERANCE)) === output) return output
  const cut = formattedTruncation(output, policy)
  const { fileKey, bytes } = await documents.put({ content: output, name, mediaType: 'text/plain' })
  return `${cut}\n[The whole output, ${bytes} bytes, is kept as document ${fileKey}.]`
}
