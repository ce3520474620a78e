/** Starts the host's program for ends of turns. */

import { notifyCommand } from '../../context/index.ts'
import { commandEnvironment } from '../../platform/environment.ts'
import { startDetached } from '../../platform/start-detached.ts'
import type { MessageItem } from '../../protocol/response-item.ts'
import type { Turn } from '../../protocol/turn.ts'
import type { Runtime } from '../runtime.ts'

/** Whether that works is no matter of the turn's: a failure goes to the log. */
export async function notifyTurnEnd(
  { options, doors, environmentPolicy, log }: Runtime,
  turn: Turn,
  prompt: MessageItem,
  cwd: string,
): Promise<void> {
  const command = notifyCommand(options.notify ?? [], {
    threadId: turn.threadId,
    turnId: turn.turnId,
    cwd,
    inputMessages: prompt.content.flatMap((part) => (part.type === 'input_text' ? [part.text] : [])),
    lastAssistantMessage: turn.finalResponse === '' ? null : turn.finalResponse,
  })
  if (command === null) return
  const [program, ...args] = command
  try {
    // What commands get: no key that the host has not named.
    const env = commandEnvironment(doors.environment, environmentPolicy)
    await startDetached({ program, args, cwd, env })
  } catch (error) {
    log.warn('The notify program could not be started.', { program, error: String(error) })
  }
}
