/** Tells the user's own words from messages that were put in for the model in the user's name. */

import type { MessageItem, ResponseItem } from '../protocol/response-item.ts'

/** How such messages begin. Facts of Codex's wire, and those after the first seven ours, but `<hook_prompt`. */
const BEGINNINGS = [
  '<environment_context>',
  '# AGENTS.md instructions for',
  '<user_shell_command>',
  '<skill>',
  '<turn_aborted>',
  '<subagent_notification>',
  '<original-user-prompt>',
  '<script-output>',
  '<script-note>',
  '<task-note>',
  '<board>',
  '<note>',
  '<note from=',
  '<hook_prompt',
  '<conversation-summary>',
  '<open-failures>',
]

/** Whether the item is something that a user said: where a turn begins. */
export function isUserPrompt(item: ResponseItem): item is MessageItem {
  return item.type === 'message' && item.role === 'user' && !isContextual(item)
}

/** Whether a message is context in the user's name: no turn of theirs, not shown, and dropped at compaction. */
export function isContextual(message: MessageItem): boolean {
  return message.content.some((part) => part.type === 'input_text' && isContextualText(part.text))
}

function isContextualText(text: string): boolean {
  const start = text.trimStart()
  return BEGINNINGS.some((beginning) => start.startsWith(beginning))
}
