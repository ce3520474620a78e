/** The vocabulary as types alone: a door that loads no schema must not seem to offer one. */

import type * as approval from './approval.ts'
import type * as modes from './modes.ts'
import type * as event from './thread-event.ts'
import type * as item from './thread-item.ts'
import type * as usage from './usage.ts'
import type * as input from './user-input.ts'

export type ApprovalDecision = approval.ApprovalDecision
export type ApprovalRequest = approval.ApprovalRequest
export type ApprovalPolicy = modes.ApprovalPolicy
export type Effect = modes.Effect
export type ReasoningEffort = modes.ReasoningEffort
export type SandboxMode = modes.SandboxMode
export type ToolMode = modes.ToolMode
export type WireApi = modes.WireApi
export type SdkThreadEvent = event.SdkThreadEvent
export type ThreadEvent = event.ThreadEvent
export type SdkThreadItem = item.SdkThreadItem
export type ThreadItem = item.ThreadItem
export type Usage = usage.Usage
export type Input = input.Input
export type UserInput = input.UserInput
