/** The messages that open a conversation, in Codex's order. */

import type { MessageItem } from '../protocol/response-item.ts'
import { agentsMdMessage } from './agents-md-message.ts'
import { type EnvironmentValues, environmentContext } from './environment-context.ts'
import { contextMessage } from './messages.ts'

export interface InitialContextValues {
  /** The host's own first, then those of packs; empty ones are left out. */
  readonly developerInstructions?: readonly string[]
  /** The catalogue of skills, when there are any. */
  readonly skills?: string | null
  /** The text of the AGENTS.md files, when there are any. */
  readonly agentsMd?: string | null
  readonly environment: EnvironmentValues
}

/**
 * What stands between the base instructions and the first prompt.
 *
 * A developer message with a part for each instruction and one for the skills, if there are any; then a user message
 * with the AGENTS.md part, if there is one, and the environment.
 */
export function initialContext(values: InitialContextValues): MessageItem[] {
  const { skills = null, agentsMd = null, environment } = values
  const instructions = spoken(values.developerInstructions)
  if (skills !== null) instructions.push(skills)
  const context = [environmentContext(environment)]
  if (agentsMd !== null) context.unshift(agentsMdMessage(environment.cwd, agentsMd))
  return [
    ...(instructions.length === 0 ? [] : [contextMessage('developer', instructions)]),
    contextMessage('user', context),
  ]
}

/** Those that say something. */
export function spoken(instructions: readonly string[] = []): string[] {
  return instructions.filter((text) => text.trim() !== '')
}
