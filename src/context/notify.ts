/** Words the message to a program that a user wants started at each turn's end. */

export interface TurnEnd {
  readonly threadId: string
  readonly turnId: string
  /** Absolute. */
  readonly cwd: string
  /** What host runs the turn, where it says so. */
  readonly client?: string
  /** What the user said in the turn, text by text. */
  readonly inputMessages: readonly string[]
  /** Null for a turn without one. */
  readonly lastAssistantMessage: string | null
}

/**
 * The program and its arguments: the host's own, then one of JSON, in Codex's shape.
 *
 * The texts go through unchanged: where they may hold secrets, redact them first. Start it without a shell, and do not
 * wait for it.
 *
 * @param program The option `notify`: program and first arguments.
 * @returns Null where no program is named.
 */
export function notifyCommand(
  program: readonly string[],
  end: TurnEnd,
): readonly [program: string, ...args: string[]] | null {
  const [name, ...args] = program
  if (name === undefined || name === '') return null
  const payload = {
    type: 'agent-turn-complete',
    'thread-id': end.threadId,
    'turn-id': end.turnId,
    cwd: end.cwd,
    ...(end.client === undefined ? {} : { client: end.client }),
    'input-messages': end.inputMessages,
    'last-assistant-message': end.lastAssistantMessage,
  }
  return [name, ...args, JSON.stringify(payload)]
}
