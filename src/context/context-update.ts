/** Tells the model what has changed around a conversation since it was last told. */

import { createHash } from 'node:crypto'
import type { MessageItem } from '../protocol/response-item.ts'
import { agentsMdChange, agentsMdMessage } from './agents-md-message.ts'
import { type ContextBaseline, sameBaseline } from './context-baseline.ts'
import { environmentDiff } from './environment-context.ts'
import { type InitialContextValues, initialContext, spoken } from './initial-context.ts'
import { contextMessage } from './messages.ts'
import { skillsRemoved, skillsReplaced } from './skills/skill-catalogue.ts'

export interface ContextUpdate {
  /** To be recorded in front of the prompt; none where nothing changed. */
  readonly items: readonly MessageItem[]
  /** What the model has been told with them; the very object that was handed in where nothing changed. */
  readonly baseline: ContextBaseline
}

const INSTRUCTIONS_REPLACED =
  'The instructions that follow stand in place of those that the developer gave before.'
const INSTRUCTIONS_REMOVED = 'The instructions that the developer gave before hold no longer.'

/**
 * What a model has to be told before a turn.
 *
 * Without a baseline everything, as at a conversation's beginning and after it was compacted; with one only what is no
 * longer so. The same values give the same bytes.
 *
 * @param baseline What the model has been told so far; null where that is nothing, or not known.
 */
export function contextUpdate(baseline: ContextBaseline | null, now: InitialContextValues): ContextUpdate {
  const next = baselineOf(now)
  if (baseline === null) return { items: initialContext(now), baseline: next }
  if (sameBaseline(baseline, next)) return { items: [], baseline }

  const developer = [
    ...developerChange(baseline, next, spoken(now.developerInstructions)),
    ...skillsChange(baseline, next, now.skills ?? null),
  ]
  const agentsMd = agentsMdPart(baseline, next, now)
  const environment = environmentDiff(baseline.environment, next.environment)
  const environmentPart = environment === null ? [] : [environment]
  // Codex's order: the developer's message stands between the two others.
  const items =
    developer.length === 0
      ? messagesOf(['user', [...agentsMd, ...environmentPart]])
      : messagesOf(['user', agentsMd], ['developer', developer], ['user', environmentPart])
  return { items, baseline: next }
}

/** Without those that would be empty. */
function messagesOf(
  ...parts: readonly [role: 'developer' | 'user', texts: readonly string[]][]
): MessageItem[] {
  return parts.flatMap(([role, texts]) => (texts.length === 0 ? [] : [contextMessage(role, texts)]))
}

function developerChange(before: ContextBaseline, now: ContextBaseline, texts: readonly string[]): string[] {
  if (before.developerInstructions === now.developerInstructions) return []
  if (before.developerInstructions === null) return [...texts]
  return texts.length === 0 ? [INSTRUCTIONS_REMOVED] : [INSTRUCTIONS_REPLACED, ...texts]
}

function skillsChange(before: ContextBaseline, now: ContextBaseline, skills: string | null): string[] {
  if (before.skills === now.skills) return []
  if (skills === null) return [skillsRemoved()]
  return [before.skills === null ? skills : skillsReplaced(skills)]
}

function agentsMdPart(before: ContextBaseline, now: ContextBaseline, values: InitialContextValues): string[] {
  if (before.agentsMd === now.agentsMd) return []
  const { cwd } = values.environment
  const text = values.agentsMd ?? null
  if (before.agentsMd === null && text !== null) return [agentsMdMessage(cwd, text)]
  return [agentsMdChange(cwd, text)]
}

function baselineOf(values: InitialContextValues): ContextBaseline {
  const { cwd, shell, currentDate, timezone, workspaceRoots, sandboxMode } = values.environment
  const instructions = spoken(values.developerInstructions)
  return {
    environment: {
      cwd,
      shell,
      currentDate,
      timezone,
      workspaceRoots: [...workspaceRoots],
      sandboxMode,
    },
    agentsMd: digest(values.agentsMd),
    skills: digest(values.skills),
    developerInstructions: instructions.length === 0 ? null : digest(JSON.stringify(instructions)),
  }
}

function digest(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : createHash('sha256').update(text).digest('hex')
}
