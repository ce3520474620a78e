/** What stands around the history. */

export type { BoardNote } from '../tools/tool.ts'
export { type AgentsMd, type AgentsMdOptions, findAgentsMd, type InstructionFiles } from './agents-md.ts'
export { boardMessage, noteMessage, type TurnNote } from './board.ts'
export { COMPACTION_PROMPT, SUMMARY_INTRODUCTION } from './compaction-prompt.ts'
export { type ContextBaseline, readContextBaseline } from './context-baseline.ts'
export { type ContextUpdate, contextUpdate } from './context-update.ts'
export { type EnvironmentValues, environmentContext, environmentDiff } from './environment-context.ts'
export {
  FEATURES,
  type Feature,
  type FeatureName,
  type FeatureOptions,
  type FeatureSet,
  type FeatureStage,
  features,
} from './features.ts'
export { type GitFacts, gitFacts } from './git-facts.ts'
export { type InitialContextValues, initialContext } from './initial-context.ts'
export { baseInstructions } from './instructions.ts'
export {
  type MachineFacts,
  type MachineValues,
  machineValues,
  operatingSystemName,
  shellName,
} from './machine.ts'
export { notifyCommand, type TurnEnd } from './notify.ts'
export { defaultPinPosition, type PinPosition, pinnedPrompt } from './pin.ts'
export { type BoardPosition, type PlacedNote, placeTail, type TailParts } from './place-tail.ts'
export { type FoundSkills, findSkills, type SkillFiles, type SkillsOptions } from './skills/find-skills.ts'
export { type MentionedSkills, mentionedSkills } from './skills/mentioned-skills.ts'
export {
  readSkillReference,
  type SkillMessages,
  skillMessage,
  skillMessages,
  skillReference,
} from './skills/read-skill.ts'
export type { Skill, SkillScope } from './skills/skill.ts'
export { type SkillCatalogue, skillCatalogue } from './skills/skill-catalogue.ts'
