/** The messages that open a conversation, in Codex's order. */

import type { ContentItem, MessageItem } from '../protocol/response-item.ts'
import { type EnvironmentValues, environmentContext } from './environment-context.ts'

export interface InitialContextValues {
  /** The host's own first, then those of packs; empty ones are left out. */
  readonly developerInstructions?: readonly string[]
  /** The text of the AGENTS.md files, when there are any. */
  readonly agentsMd?: string | null
  readonly environment: EnvironmentValues
}

/**
 * What stands between the base instructions and the first prompt.
 *
 * A developer message with a part for each instruction, if there is one; then a user message with the AGENTS.md part, if
 * there is one, and the environment.
 */
export function initialContext(values: InitialContextValues): MessageItem[] {
  const { developerInstructions = [], agentsMd = null, environment } = values
  const instructions = developerInstructions.filter((text) => text.trim() !== '')
  const messages: MessageItem[] = []

  if (instructions.length > 0)
    messages.push({ type: 'message', role: 'developer', content: instructions.map(part) })
  const context = [environmentContext(environment)]
  if (agentsMd !== null) context.unshift(agentsMdText(environment.cwd, agentsMd))
  messages.push({ type: 'message', role: 'user', content: context.map(part) })
  return messages
}

function agentsMdText(folder: string, text: string): string {
  return `# AGENTS.md instructions for ${folder}\n\n<INSTRUCTIONS>\n${text}\n</INSTRUCTIONS>`
}

function part(text: string): ContentItem {
  return { type: 'input_text', text }
}
