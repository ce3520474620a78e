/** Questions that a tool call asks of a person, and their answers. */

import { z } from 'zod'
import { Effect } from './modes.ts'

export const ApprovalRequest = z.object({
  id: z.string(),
  threadId: z.string(),
  turnId: z.string(),
  callId: z.string(),
  /** The tool's name as a direct call spells it. */
  tool: z.string(),
  /** Exactly what will run when it is approved. */
  input: z.unknown(),
  effects: z.array(Effect),
  /** Why it is asked, in a sentence for a person. */
  reason: z.string(),
})
export type ApprovalRequest = z.infer<typeof ApprovalRequest>

export const ApprovalDecision = z.discriminatedUnion('decision', [
  z.object({ decision: z.literal('approved') }),
  /** This tool is not asked about again while the session lives. */
  z.object({ decision: z.literal('approved-for-session') }),
  /** The call is answered with the reason, and the turn goes on. */
  z.object({ decision: z.literal('denied'), reason: z.string().optional() }),
  /** The turn ends. */
  z.object({ decision: z.literal('abort'), reason: z.string().optional() }),
])
export type ApprovalDecision = z.infer<typeof ApprovalDecision>
