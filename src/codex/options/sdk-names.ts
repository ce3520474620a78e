/** The type names of `@openai/codex-sdk`, so that a program of its keeps its imports. */

import type { ApprovalPolicy, ReasoningEffort } from '../../protocol/modes.ts'
import type { SdkThreadEvent } from '../../protocol/thread-event.ts'
import type { SdkThreadItem } from '../../protocol/thread-item.ts'
import type { Turn } from '../../protocol/turn.ts'
import type { StreamedTurn } from '../thread.ts'
import type { ThreadOptions, TurnOptions } from './options.ts'

type Item<Type extends SdkThreadItem['type']> = Extract<SdkThreadItem, { type: Type }>
type Event<Type extends SdkThreadEvent['type']> = Extract<SdkThreadEvent, { type: Type }>

export type AgentMessageItem = Item<'agent_message'>
export type ReasoningItem = Item<'reasoning'>
export type CommandExecutionItem = Item<'command_execution'>
export type FileChangeItem = Item<'file_change'>
export type McpToolCallItem = Item<'mcp_tool_call'>
export type WebSearchItem = Item<'web_search'>
export type TodoListItem = Item<'todo_list'>
export type ErrorItem = Item<'error'>

export type ThreadStartedEvent = Event<'thread.started'>
export type TurnStartedEvent = Event<'turn.started'>
export type TurnCompletedEvent = Event<'turn.completed'>
export type TurnFailedEvent = Event<'turn.failed'>
export type ItemStartedEvent = Event<'item.started'>
export type ItemUpdatedEvent = Event<'item.updated'>
export type ItemCompletedEvent = Event<'item.completed'>
export type ThreadErrorEvent = Event<'error'>
export type ThreadError = TurnFailedEvent['error']

export type RunResult = Turn
export type RunStreamedResult = StreamedTurn
export type ApprovalMode = ApprovalPolicy
export type ModelReasoningEffort = Exclude<ReasoningEffort, 'none'>
export type WebSearchMode = NonNullable<ThreadOptions['webSearchMode']>
export type CyberAccessProgram = NonNullable<TurnOptions['cyberAccessProgram']>
