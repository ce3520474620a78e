/** Looks at what stands around a conversation: project, user and machine. */

import {
  type FeatureSet,
  findAgentsMd,
  findSkills,
  type InitialContextValues,
  machineValues,
  type Skill,
  type SkillMessages,
  skillCatalogue,
  skillMessages,
} from '../../context/index.ts'
import { findHostFiles, realPathOnHost } from '../../platform/find-files.ts'
import { existsOnHost, readHostText } from '../../platform/host-files.ts'
import { shellCommand } from '../../platform/shell.ts'
import type { Workspace } from '../../platform/workspace.ts'
import type { MessageItem } from '../../protocol/response-item.ts'
import type { Doors } from '../doors.ts'
import type { TurnPlan } from './turn-plan.ts'

/** How the host's own files are looked at. */
export const HOST_FILES = {
  readText: readHostText,
  exists: existsOnHost,
  realPath: realPathOnHost,
  find: findHostFiles,
}

export interface Surroundings {
  /** What the model is to know of them. */
  readonly values: InitialContextValues
  readonly skills: readonly Skill[]
  /** For the host's log. */
  readonly warnings: readonly string[]
}

export async function lookAround(
  plan: TurnPlan,
  { root, writableRoots, sandboxMode }: Workspace,
  { clock, home, userHome, environment }: Pick<Doors, 'clock' | 'home' | 'userHome' | 'environment'>,
  features: FeatureSet,
): Promise<Surroundings> {
  const [agentsMd, found] = await Promise.all([
    features.isOn('project_instructions')
      ? findAgentsMd({ files: HOST_FILES, cwd: root, home })
      : { text: null, warnings: [] },
    features.isOn('skills')
      ? findSkills({ files: HOST_FILES, cwd: root, userHome, home })
      : { skills: [], warnings: [] },
  ])
  const { contextWindow } = plan.model.info
  return {
    values: {
      developerInstructions: plan.developerTexts,
      agentsMd: agentsMd.text,
      skills: skillCatalogue(found.skills, { contextWindowTokens: contextWindow })?.text ?? null,
      environment: {
        cwd: root,
        workspaceRoots: writableRoots,
        sandboxMode,
        ...machineValues({
          platform: process.platform,
          shellProgram: shellCommand('')[0],
          now: clock.now(),
          timezone: environment.TZ,
        }),
      },
    },
    skills: found.skills,
    warnings: [...agentsMd.warnings, ...found.warnings],
  }
}

/** The skills that a prompt names, as messages that stand behind it. */
export async function skillsFor(
  { content }: MessageItem,
  skills: readonly Skill[],
  cwd: string,
): Promise<SkillMessages> {
  const prompt = content.flatMap((part) => (part.type === 'input_text' ? [part.text] : [])).join('\n')
  return await skillMessages({ prompt, skills, cwd, files: HOST_FILES })
}
