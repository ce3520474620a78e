/** The lines of a thread file: what must outlive the process. */

import { z } from 'zod'
import { ApprovalDecision, ApprovalRequest } from './approval.ts'
import { ResponseItem } from './response-item.ts'
import { Usage } from './usage.ts'

/** What a thread is, written once as its first record. */
export const ThreadMeta = z.object({
  id: z.string(),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  workingDirectory: z.string(),
  model: z.string().optional(),
  forkedFrom: z.string().optional(),
  source: z.string().optional(),
})
export type ThreadMeta = z.infer<typeof ThreadMeta>

export const ThreadRecord = z.discriminatedUnion('type', [
  z.object({ type: z.literal('thread_meta'), meta: ThreadMeta }),
  /** A turn began; the options are those that hold for it. */
  z.object({
    type: z.literal('turn_started'),
    turnId: z.string(),
    options: z.record(z.string(), z.unknown()),
  }),
  z.object({
    type: z.literal('turn_ended'),
    turnId: z.string(),
    status: z.enum(['completed', 'failed', 'aborted']),
    usage: Usage,
    message: z.string().optional(),
  }),
  z.object({ type: z.literal('response_item'), item: ResponseItem }),
  /** From here on the model sees `items` in place of everything before. */
  z.object({ type: z.literal('compacted'), items: z.array(ResponseItem) }),
  /** A call inside a script is about to run. */
  z.object({
    type: z.literal('script_call_started'),
    turnId: z.string(),
    /** The call of the script itself. */
    scriptCallId: z.string(),
    callId: z.string(),
    path: z.string(),
    input: z.unknown(),
  }),
  z.object({
    type: z.literal('script_call_ended'),
    scriptCallId: z.string(),
    callId: z.string(),
    status: z.enum(['done', 'failed', 'aborted']),
    /** The tool's result as data, or the message of its failure. */
    result: z.unknown(),
  }),
  z.object({ type: z.literal('approval_requested'), request: ApprovalRequest }),
  z.object({
    type: z.literal('approval_answered'),
    id: z.string(),
    answer: ApprovalDecision,
    /** Given when no turn ran: it holds for the call when the thread goes on. */
    isStanding: z.boolean().optional(),
  }),
])
export type ThreadRecord = z.infer<typeof ThreadRecord>
