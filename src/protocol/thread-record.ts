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
  /** Who its agent is, where the thread carries several voices. */
  agentId: z.string().optional(),
  /** What was checked out in the working directory. */
  git: z
    .object({
      branch: z.string().nullable(),
      commit: z.string().nullable(),
      repositoryUrl: z.string().nullable(),
    })
    .optional(),
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
  /** A model failed, and another one carries the turn on; both by their slugs. */
  z.object({
    type: z.literal('model_changed'),
    turnId: z.string(),
    from: z.string(),
    to: z.string(),
    /** What the first failed of, in one line. */
    reason: z.string(),
  }),
  /** What the model has been told of its surroundings; from then on only what changes is told. */
  z.object({ type: z.literal('context_told'), baseline: z.unknown() }),
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
    /** Equal for equal arguments: with the path, what a replay finds the call by. */
    argumentsKey: z.string().optional(),
  }),
  z.object({
    type: z.literal('script_call_ended'),
    scriptCallId: z.string(),
    callId: z.string(),
    status: z.enum(['done', 'failed', 'aborted']),
    /** The tool's result as data. */
    result: z.unknown(),
    /** Whether `result` holds tags for what JSON has no words for. */
    isTagged: z.boolean().optional(),
    error: z.object({ name: z.string(), message: z.string() }).optional(),
  }),
  /** What a script saw of chance and of its clock since the last such record. */
  z.object({
    type: z.literal('script_sampled'),
    scriptCallId: z.string(),
    seed: z.string(),
    clock: z.array(z.tuple([z.number(), z.number()])),
  }),
  /** What a script has stored for later ones. */
  z.object({
    type: z.literal('script_stored'),
    scriptCallId: z.string(),
    /** `isTagged`: whether the value holds tags for what JSON has no words for. */
    entries: z.array(z.object({ key: z.string(), value: z.unknown(), isTagged: z.boolean().optional() })),
  }),
  /** A task that outlives its script was started; `task_ended` says how it ended. */
  z.object({
    type: z.literal('task_started'),
    turnId: z.string(),
    taskId: z.string(),
    path: z.string(),
    input: z.unknown(),
  }),
  z.object({
    type: z.literal('task_ended'),
    taskId: z.string(),
    /** `interrupted`: its process ended before it did, and nobody knows what it had done by then. */
    status: z.enum(['done', 'failed', 'cancelled', 'interrupted']),
    result: z.unknown(),
    isTagged: z.boolean().optional(),
    error: z.object({ name: z.string(), message: z.string() }).optional(),
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
