/** Shows the model a user's and a project's instructions, in Codex's shape. */

const REPLACED = 'From here on these stand in place of every AGENTS.md instruction that was given before.'
const REMOVED = 'No AGENTS.md instruction that was given before holds any longer.'

/** @param folder Absolute: where the work is done. */
export function agentsMdMessage(folder: string, text: string): string {
  return `# AGENTS.md instructions for ${folder}\n\n<INSTRUCTIONS>\n${text}\n</INSTRUCTIONS>`
}

/** The same to a model that has been shown others before; `text` is null where there are none any more. */
export function agentsMdChange(folder: string, text: string | null): string {
  return agentsMdMessage(folder, text === null ? REMOVED : `${REPLACED}\n\n${text}`)
}
