/** What stands around the history. */

export { type AgentsMd, type AgentsMdOptions, findAgentsMd, type InstructionFiles } from './agents-md.ts'
export { COMPACTION_PROMPT, SUMMARY_INTRODUCTION } from './compaction-prompt.ts'
export { type EnvironmentValues, environmentContext } from './environment-context.ts'
export { type InitialContextValues, initialContext } from './initial-context.ts'
export { baseInstructions } from './instructions.ts'
export { defaultPinPosition, type PinPosition, pinnedPrompt } from './pin.ts'
