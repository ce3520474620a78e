/** The shapes of `@openai/codex-sdk` 0.163 against ours: a host's variables of its types go in and out of us. */

import { expectTypeOf, test } from 'vitest'
import type {
  Codex,
  CodexOptions,
  Input,
  SdkThreadEvent,
  SdkThreadItem,
  StreamedTurn,
  Thread,
  ThreadOptions,
  Turn,
  TurnOptions,
  Usage,
} from '../../src/index.ts'

// Written by hand from the SDK's declarations: the package itself is no dependency of ours.

interface SdkUsage {
  input_tokens: number
  cached_input_tokens: number
  cache_write_input_tokens: number
  output_tokens: number
  reasoning_output_tokens: number
}

type Status = 'in_progress' | 'completed' | 'failed'
interface McpCall {
  id: string
  type: 'mcp_tool_call'
  server: string
  tool: string
  arguments: unknown
  result?: { content: { type: string }[]; _meta?: unknown; structured_content: unknown }
  error?: { message: string }
  status: Status
}
interface Command {
  id: string
  type: 'command_execution'
  command: string
  aggregated_output: string
  exit_code?: number
  status: Status
}
interface FileChange {
  id: string
  type: 'file_change'
  changes: { path: string; kind: 'add' | 'delete' | 'update' }[]
  status: 'completed' | 'failed'
}
type Item =
  | { id: string; type: 'agent_message'; text: string }
  | { id: string; type: 'reasoning'; text: string }
  | Command
  | FileChange
  | McpCall
  | { id: string; type: 'web_search'; query: string }
  | { id: string; type: 'todo_list'; items: { text: string; completed: boolean }[] }
  | { id: string; type: 'error'; message: string }

type Event =
  | { type: 'thread.started'; thread_id: string }
  | { type: 'turn.started' }
  | { type: 'turn.completed'; usage: SdkUsage }
  | { type: 'turn.failed'; error: { message: string } }
  | { type: 'item.started'; item: Item }
  | { type: 'item.updated'; item: Item }
  | { type: 'item.completed'; item: Item }
  | { type: 'error'; message: string }

type ConfigValue = string | number | boolean | ConfigValue[] | { [key: string]: ConfigValue }
interface SdkCodexOptions {
  codexPathOverride?: string
  baseUrl?: string
  apiKey?: string
  config?: { [key: string]: ConfigValue }
  configOverrides?: string[]
  env?: Record<string, string>
}
interface SdkThreadOptions {
  model?: string
  threadSource?: string
  sandboxMode?: 'read-only' | 'workspace-write' | 'danger-full-access'
  workingDirectory?: string
  skipGitRepoCheck?: boolean
  modelReasoningEffort?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max' | 'ultra' | 'persistent'
  networkAccessEnabled?: boolean
  webSearchMode?: 'disabled' | 'cached' | 'live'
  webSearchEnabled?: boolean
  approvalPolicy?: 'never' | 'on-request' | 'on-failure' | 'untrusted'
  additionalDirectories?: string[]
}
interface SdkTurnOptions {
  cyberAccessProgram?: 'standard' | 'daybreak_blue' | 'daybreak_red'
  outputSchema?: unknown
  signal?: AbortSignal
}

test("the SDK's options are options of ours", () => {
  expectTypeOf<SdkCodexOptions>().toExtend<CodexOptions>()
  expectTypeOf<SdkThreadOptions>().toExtend<ThreadOptions>()
  expectTypeOf<Omit<SdkTurnOptions, 'outputSchema'>>().toExtend<TurnOptions>()
  expectTypeOf<{ outputSchema: Record<string, unknown> }>().toExtend<TurnOptions>()
  expectTypeOf<ConstructorParameters<typeof Codex>[0]>().toEqualTypeOf<CodexOptions | undefined>()
})

test("the SDK's input is input of ours, and ours of the SDK's", () => {
  expectTypeOf<
    string | ({ type: 'text'; text: string } | { type: 'local_image'; path: string })[]
  >().toEqualTypeOf<Input>()
})

test("the SDK's items and events are items and events of ours", () => {
  expectTypeOf<Item>().toExtend<SdkThreadItem>()
  expectTypeOf<Event>().toExtend<SdkThreadEvent>()
  expectTypeOf<SdkThreadItem['type']>().toEqualTypeOf<Item['type']>()
  expectTypeOf<SdkThreadEvent['type']>().toEqualTypeOf<Event['type']>()
})

test("what a host reads of our items has the SDK's names and types", () => {
  type Ours<Type> = Extract<SdkThreadItem, { type: Type }>

  expectTypeOf<Ours<'agent_message'>>().toEqualTypeOf<Extract<Item, { type: 'agent_message' }>>()
  expectTypeOf<Ours<'reasoning'>>().toEqualTypeOf<Extract<Item, { type: 'reasoning' }>>()
  expectTypeOf<Ours<'web_search'>>().toEqualTypeOf<Extract<Item, { type: 'web_search' }>>()
  expectTypeOf<Ours<'todo_list'>>().toEqualTypeOf<Extract<Item, { type: 'todo_list' }>>()
  expectTypeOf<Ours<'error'>>().toEqualTypeOf<Extract<Item, { type: 'error' }>>()
  expectTypeOf<Omit<Ours<'command_execution'>, 'exit_code'>>().toEqualTypeOf<Omit<Command, 'exit_code'>>()
  // The SDK's types leave out the null that its wire carries.
  expectTypeOf<NonNullable<Ours<'command_execution'>['exit_code']>>().toEqualTypeOf<number>()
  expectTypeOf<Ours<'file_change'>['changes']>().toEqualTypeOf<FileChange['changes']>()
  expectTypeOf<Ours<'mcp_tool_call'>['status']>().toEqualTypeOf<McpCall['status']>()
})

test('what a run gives has everything that the SDK gives', () => {
  expectTypeOf<Usage>().toEqualTypeOf<SdkUsage>()
  expectTypeOf<Turn>().toExtend<{ items: SdkThreadItem[]; finalResponse: string; usage: SdkUsage | null }>()
  expectTypeOf<StreamedTurn['events']>().toEqualTypeOf<AsyncGenerator<SdkThreadEvent>>()
  expectTypeOf<Thread['id']>().toExtend<string | null>()
  expectTypeOf<[string, ThreadOptions]>().toExtend<Parameters<Codex['resumeThread']>>()
})
