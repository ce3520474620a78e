/** A thread event as the line that `codex exec --json` prints for it. */

import type { SdkThreadEvent } from '../protocol/thread-event.ts'
import type { SdkThreadItem } from '../protocol/thread-item.ts'

/** @see Codex 0.169.0: a command's or a server's answer that is not there yet is null, not absent. */
export function jsonLine(event: SdkThreadEvent): string {
  const line = 'item' in event ? { ...event, item: withNulls(event.item) } : event
  return `${JSON.stringify(line)}\n`
}

function withNulls(item: SdkThreadItem): SdkThreadItem {
  switch (item.type) {
    case 'command_execution': {
      const { status, exit_code = null, ...rest } = item
      return { ...rest, exit_code, status }
    }
    case 'mcp_tool_call': {
      const { status, result = null, error = null, ...rest } = item
      return { ...rest, result, error, status }
    }
    default:
      return item
  }
}
