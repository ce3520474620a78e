/** How a call shows to the programs of hooks: with Codex's names for tools and for what they are given. */

import { commandLine } from '../../platform/shell.ts'
import { isRecord } from '../options/option-checks.ts'

export interface HookedCall {
  readonly toolName: string
  /** Names that a matcher may use as well. */
  readonly aliases: readonly string[]
  readonly toolInput: unknown
  /** The tool's own input, from what a program put in its place. */
  readonly inputFrom: (updated: unknown) => unknown
}

/** The field that holds the command, or the patch, by the name of the tool. */
const COMMAND_FIELDS: Readonly<Record<string, string>> = {
  exec_command: 'cmd',
  exec: 'command',
  bash: 'command',
  apply_patch: 'input',
}

/** @param tool The name of direct calls. */
export function hookedCall(tool: string, input: unknown): HookedCall {
  const field = Object.hasOwn(COMMAND_FIELDS, tool) ? COMMAND_FIELDS[tool] : undefined
  if (field === undefined || !isRecord(input) || !(field in input)) {
    return { toolName: tool, aliases: [], toolInput: input, inputFrom: (updated) => updated }
  }
  const isPatch = tool === 'apply_patch'
  return {
    toolName: isPatch ? 'apply_patch' : 'Bash',
    aliases: isPatch ? ['Write', 'Edit'] : [],
    toolInput: { command: shownCommand(input[field]) },
    inputFrom: (updated) =>
      isRecord(updated) && 'command' in updated ? { ...input, [field]: updated.command } : updated,
  }
}

/** A script may name a program with its arguments, which no shell sees. */
function shownCommand(command: unknown): unknown {
  return Array.isArray(command) ? commandLine(command.map(String)) : command
}

/** What the model reads of a call that a hook did not let through. Words of Codex's wire. */
export function refusalOf({ toolName, toolInput }: HookedCall, reason: string): string {
  return isRecord(toolInput) && typeof toolInput.command === 'string'
    ? `Command blocked by PreToolUse hook: ${reason}. Command: ${toolInput.command}`
    : `Tool call blocked by PreToolUse hook: ${reason}. Tool: ${toolName}`
}

/** What a call gave, as `tool_response`: of commands and patches as text, as Codex has it. */
export function shownResponse(toolName: string, output: unknown): unknown {
  if (!isRecord(output)) return output
  const { output: text, stdout, stderr, summary, wallTimeSeconds } = output
  if (toolName === 'apply_patch' && typeof summary === 'string') {
    const seconds = typeof wallTimeSeconds === 'number' ? Math.round(wallTimeSeconds * 10) / 10 : 0
    return `Exit code: 0\nWall time: ${seconds} seconds\nOutput:\n${summary}`
  }
  if (toolName !== 'Bash') return output
  if (typeof text === 'string') return text
  return typeof stdout === 'string' && typeof stderr === 'string' ? stdout + stderr : output
}
