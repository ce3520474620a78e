/** What a thread shows of its work: the item union of `@openai/codex-sdk`, field for field, and two types of ours. */

import { z } from 'zod'

const Progress = z.enum(['in_progress', 'completed', 'failed'])

export const AgentMessage = z.object({
  id: z.string(),
  type: z.literal('agent_message'),
  /** Prose, or JSON text where an output schema was asked for. */
  text: z.string(),
})

export const Reasoning = z.object({ id: z.string(), type: z.literal('reasoning'), text: z.string() })

export const CommandExecution = z.object({
  id: z.string(),
  type: z.literal('command_execution'),
  command: z.string(),
  /** stdout and stderr in the order of their arrival. */
  aggregated_output: z.string(),
  /** Null while the command runs, as the CLI writes it; the SDK's type calls it absent. */
  exit_code: z.number().int().nullable().optional(),
  status: Progress,
})

export const FileChange = z.object({
  id: z.string(),
  type: z.literal('file_change'),
  changes: z.array(z.object({ path: z.string(), kind: z.enum(['add', 'delete', 'update']) })),
  status: Progress,
})

export const McpToolCall = z.object({
  id: z.string(),
  type: z.literal('mcp_tool_call'),
  /** The server's name, or the slug of the pack that the tool came with. */
  server: z.string(),
  tool: z.string(),
  arguments: z.unknown(),
  result: z
    .object({ content: z.array(z.unknown()), _meta: z.unknown().optional(), structured_content: z.unknown() })
    .nullable()
    .optional(),
  error: z.object({ message: z.string() }).nullable().optional(),
  status: Progress,
})

export const WebSearch = z.object({ id: z.string(), type: z.literal('web_search'), query: z.string() })

export const TodoList = z.object({
  id: z.string(),
  type: z.literal('todo_list'),
  items: z.array(z.object({ text: z.string(), completed: z.boolean() })),
})

/** A failure that did not end the turn. */
export const ErrorItem = z.object({ id: z.string(), type: z.literal('error'), message: z.string() })

/** The item union of `@openai/codex-sdk`. */
export const SdkThreadItem = z.discriminatedUnion('type', [
  AgentMessage,
  Reasoning,
  CommandExecution,
  FileChange,
  McpToolCall,
  WebSearch,
  TodoList,
  ErrorItem,
])
/**
 * Typed as the SDK declares it, so that a host's code for the SDK compiles.
 *
 * The wire says more than these declarations, the SDK's and so ours: null where there is no exit code, result or error
 * yet, and `in_progress` of a patch that is about to be written.
 */
export type SdkThreadItem = Declared<z.infer<typeof SdkThreadItem>>

type Declared<Item> = Item extends { type: 'command_execution' }
  ? Omit<Item, 'exit_code'> & { exit_code?: number }
  : Item extends { type: 'mcp_tool_call'; result?: infer Result; error?: infer Problem }
    ? Omit<Item, 'result' | 'error'> & { result?: NonNullable<Result>; error?: NonNullable<Problem> }
    : Item extends { type: 'file_change' }
      ? Omit<Item, 'status'> & { status: 'completed' | 'failed' }
      : Item

/** One run of a script that the model wrote. Its calls show as items of their own. */
export const ScriptItem = z.object({
  id: z.string(),
  type: z.literal('script'),
  source: z.string(),
  /** What the script said through `text()` and the console. */
  output: z.string(),
  /** What it returned, once it has. */
  value: z.unknown().optional(),
  error: z.object({ kind: z.string(), message: z.string() }).optional(),
  status: Progress,
})

/** A call of a tool that is neither a command, a patch nor a plan: ours for what the SDK shows as `mcp_tool_call`. */
export const ToolCallItem = z.object({
  id: z.string(),
  type: z.literal('tool_call'),
  /** The slug of the pack that the tool came with. */
  pack: z.string(),
  tool: z.string(),
  arguments: z.unknown(),
  /** What the tool gave back, as data. */
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
  status: Progress,
})

/** Every item that `thread.run()` can show. */
export const ThreadItem = z.discriminatedUnion('type', [...SdkThreadItem.options, ScriptItem, ToolCallItem])
export type ThreadItem = z.infer<typeof ThreadItem>
