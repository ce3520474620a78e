/** The closed lists of words that options and records share. */

import { z } from 'zod'

/** What tools may touch without asking. Source: `@openai/codex-sdk`. */
export const SandboxMode = z.enum(['read-only', 'workspace-write', 'danger-full-access'])
export type SandboxMode = z.infer<typeof SandboxMode>

/** When a person is asked. Source: `@openai/codex-sdk`. */
export const ApprovalPolicy = z.enum(['never', 'on-request', 'on-failure', 'untrusted'])
export type ApprovalPolicy = z.infer<typeof ApprovalPolicy>

/** Source: `@openai/codex-sdk`. */
export const ReasoningEffort = z.enum([
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
  'ultra',
  'persistent',
])
export type ReasoningEffort = z.infer<typeof ReasoningEffort>

/** `script`: the model writes one script; `direct`: it calls tools itself; `mixed`: both. */
export const ToolMode = z.enum(['script', 'direct', 'mixed'])
export type ToolMode = z.infer<typeof ToolMode>

/** The request format of a provider's endpoint. */
export const WireApi = z.enum(['responses', 'chat', 'messages'])
export type WireApi = z.infer<typeof WireApi>

/** What a tool does to the world outside the conversation. */
export const Effect = z.enum(['reads-files', 'writes-files', 'runs-commands', 'network', 'external'])
export type Effect = z.infer<typeof Effect>
