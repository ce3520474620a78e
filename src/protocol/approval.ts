/** Questions that a tool call asks of a person, and their answers. */

import { z } from 'zod'
import { Effect, SandboxMode } from './modes.ts'

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
  /** Where the call works. */
  workingDirectory: z.string(),
  sandboxMode: SandboxMode,
  /** When it is approved, it runs outside the sandbox. */
  unconfined: z.boolean().optional(),
  /** The model's own words, for why it should be allowed. */
  justification: z.string().optional(),
  /** Words that a command may begin with from now on, which the model proposes to agree to. */
  prefixRule: z.array(z.string()).optional(),
})
export type ApprovalRequest = z.infer<typeof ApprovalRequest>

export const ApprovalDecision = z.discriminatedUnion('decision', [
  z.object({ decision: z.literal('approved') }),
  /**
   * And the same is not asked again while the session lives: the same command in the same folder, the same files of a
   * patch, otherwise the same tool. With `prefixRule`, also no command that begins with these words.
   */
  z.object({ decision: z.literal('approved-for-session'), prefixRule: z.array(z.string()).optional() }),
  /** The call is answered with the reason, and the turn goes on. */
  z.object({ decision: z.literal('denied'), reason: z.string().optional() }),
  /** The turn ends. */
  z.object({ decision: z.literal('abort'), reason: z.string().optional() }),
])
export type ApprovalDecision = z.infer<typeof ApprovalDecision>
