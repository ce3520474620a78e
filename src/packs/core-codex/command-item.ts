/** How a running command shows among a thread's items. */

import { type CommandResult, piecesOf } from '../../platform/index.ts'
import type { ItemBody, ToolContext } from '../../tools/tool.ts'

/** Both are upstream's. */
const DELTA_BYTES_MAX = 8_192
const DELTAS_MAX = 10_000
/** The exit code of a command that there never was; upstream's. */
const NOT_STARTED_EXIT_CODE = -1

/** @param command As `commandLine` spells it. */
export function commandStarted(command: string): ItemBody {
  return { type: 'command_execution', command, aggregated_output: '', exit_code: null, status: 'in_progress' }
}

export function commandEnded(
  command: string,
  result: Pick<CommandResult, 'aggregated' | 'exitCode'>,
): ItemBody {
  return {
    type: 'command_execution',
    command,
    aggregated_output: result.aggregated,
    exit_code: result.exitCode,
    status: result.exitCode === 0 ? 'completed' : 'failed',
  }
}

export function commandFailed(command: string, message: string): ItemBody {
  return commandEnded(command, { aggregated: message, exitCode: NOT_STARTED_EXIT_CODE })
}

/** Passes a command's output on as it comes, in pieces of bounded size and number. */
export function liveOutput(progress: ToolContext['progress']): (text: string) => void {
  let count = 0
  return (text) => {
    if (count >= DELTAS_MAX) return
    for (const piece of piecesOf(text, DELTA_BYTES_MAX)) {
      if (count >= DELTAS_MAX) return
      count += 1
      progress({ type: 'output', text: piece })
    }
  }
}

/** By which a command can tell whom it works for. The names are upstream's. */
export function callEnvironment({ threadId, callId }: ToolContext['ids']): Record<string, string> {
  return { CODEX_THREAD_ID: threadId, CODEX_SESSION_ID: threadId, CODEX_TOOL_CALL_ID: callId }
}
