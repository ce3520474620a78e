/** What to say of a tool that there is not. */

import { nearestNames } from '../std/nearest.ts'
import type { ScriptToolEntry } from './script-tools.ts'

const NEAREST_MAX = 3
/** So few tools are simply named. */
const NAMED_MAX = 8

export interface KnownTools {
  readonly entries: readonly ScriptToolEntry[]
  /** Whether there is `tools.spawn`. */
  readonly spawns: boolean
}

/** @param asked Without `tools.` */
export function unknownTool(asked: string, { entries, spawns }: KnownTools): string {
  const isTask = asked === 'spawn' || asked.startsWith('spawn.')
  if (isTask && !spawns)
    return `tools.${asked} does not exist: there are no detached tasks here. Call the tool itself, and await it.`

  const prefix = isTask ? 'spawn.' : ''
  const nearest = nearestTools(asked.slice(prefix.length), entries)
  // Asked for as one name: tools["web.search"].
  const meant = nearest.find(({ path }) => path === asked)
  if (meant !== undefined)
    return `tools[${JSON.stringify(asked)}] does not exist: ${asked} is reached name by name. For example: ${meant.example ?? `await tools.${asked}(…)`}`
  const [first] = nearest
  if (first === undefined) return `tools.${asked} does not exist. ${allTools(entries)}`
  const names = nearest.map(({ path }) => `tools.${prefix}${path}`).join(', ')
  const example = isTask
    ? `const task = tools.spawn.${first.path}(…)`
    : (first.example ?? `await tools.${first.path}(…)`)
  return `tools.${asked} does not exist. Nearest: ${names}. For example: ${example}`
}

/** Each tool once, by its own name, whichever of its names was near. */
function nearestTools(asked: string, entries: readonly ScriptToolEntry[]): ScriptToolEntry[] {
  const owners = new Map(
    entries.flatMap((entry) => [entry.path, ...(entry.aliases ?? [])].map((name) => [name, entry] as const)),
  )
  const named = (wanted: string, names: Iterable<string>) =>
    nearestNames(wanted, names, owners.size).flatMap((name) => owners.get(name) ?? [])
  const near = named(asked, owners.keys())
  const found = near.length > 0 ? near : nearestByLastName(asked, entries)
  return [...new Set(found)].slice(0, NEAREST_MAX)
}

/** `files.read` means `readFile`, though the whole names are far apart. */
function nearestByLastName(asked: string, entries: readonly ScriptToolEntry[]): ScriptToolEntry[] {
  const lastOf = (path: string) => path.split('.').at(-1) ?? path
  const last = lastOf(asked)
  // What is shorter is part of too many names.
  if (last.length < 3) return []
  const byLast = Map.groupBy(entries, ({ path }) => lastOf(path))
  return nearestNames(last, byLast.keys()).flatMap((name) => byLast.get(name) ?? [])
}

function allTools(entries: readonly ScriptToolEntry[]): string {
  if (entries.length === 0) return 'This script has no tools.'
  if (entries.length > NAMED_MAX) return 'ALL_TOOLS lists the tools there are.'
  return `There are ${entries.map(({ path }) => `tools.${path}`).join(', ')}.`
}
