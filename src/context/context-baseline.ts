/** What a model has been told of its surroundings, as it is kept with a thread. */

import type { EnvironmentValues } from './environment-context.ts'

/** JSON; texts are kept as their SHA-256, since only whether they changed is asked. */
export interface ContextBaseline {
  readonly environment: EnvironmentValues
  /** Null where there were none. */
  readonly agentsMd: string | null
  readonly skills: string | null
  readonly developerInstructions: string | null
}

/** @returns Null for what is no baseline, such as that of another version: then everything is told again. */
export function readContextBaseline(value: unknown): ContextBaseline | null {
  if (!isRecord(value) || !isRecord(value.environment)) return null
  const { agentsMd, skills, developerInstructions } = value
  const { cwd, shell, currentDate, timezone, workspaceRoots, sandboxMode } = value.environment
  if (!isDigest(agentsMd) || !isDigest(skills) || !isDigest(developerInstructions)) return null
  if (!isText(cwd) || !isText(shell) || !isText(currentDate) || !isText(timezone)) return null
  if (!Array.isArray(workspaceRoots) || !workspaceRoots.every(isText) || !isSandboxMode(sandboxMode))
    return null
  return {
    environment: { cwd, shell, currentDate, timezone, workspaceRoots: [...workspaceRoots], sandboxMode },
    agentsMd,
    skills,
    developerInstructions,
  }
}

export function sameBaseline(one: ContextBaseline, other: ContextBaseline): boolean {
  return inOrder(one) === inOrder(other)
}

/** A store may give the fields back in another order. */
function inOrder({ environment, agentsMd, skills, developerInstructions }: ContextBaseline): string {
  const { cwd, shell, currentDate, timezone, workspaceRoots, sandboxMode } = environment
  return JSON.stringify([
    [cwd, shell, currentDate, timezone, workspaceRoots, sandboxMode],
    [agentsMd, skills, developerInstructions],
  ])
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isDigest = (value: unknown): value is string | null => value === null || isText(value)
const isSandboxMode = (value: unknown): value is EnvironmentValues['sandboxMode'] =>
  value === 'read-only' || value === 'workspace-write' || value === 'danger-full-access'

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
