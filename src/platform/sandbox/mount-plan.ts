/** Works out which folders a sandbox mounts writable, and what it mounts read-only within them. */

import type { Stats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { CommandNotStartedError } from '../errors.ts'
import { isMissing, isWithin } from '../file-policy.ts'
import { isPlaceholder } from './placeholders.ts'
import type { SandboxPolicy } from './port.ts'

export interface MountPlan {
  /** Each after those that hold it. */
  readonly writable: readonly string[]
  readonly readOnly: readonly string[]
  /** Where nothing is, or a placeholder, and nothing may come into being. */
  readonly places: readonly string[]
}

/**
 * A folder that is mounted on itself can be neither renamed nor replaced. So this holds every folder on the way to what
 * is protected, and to a root inside another writable folder: otherwise it could be moved away with its folder, and
 * something else be put in its place for whoever comes next.
 *
 * @throws {CommandNotStartedError} A link on the way to what is protected: nothing can be mounted on the link itself.
 */
export async function planMounts(policy: SandboxPolicy, cwd: string): Promise<MountPlan> {
  if (policy.sandboxMode !== 'workspace-write') return { writable: [], readOnly: [], places: [] }
  const { writableRoots, temporaryFolders, protectedPaths } = policy
  const areas = byDepth([...writableRoots, ...temporaryFolders]).filter(
    (area) => !protectedPaths.some((guarded) => isWithin(area, guarded)),
  )
  const writable = new Set([...areas, ...areas.flatMap((area) => stepsInto(area, areas))])
  const readOnly = new Set<string>()
  const places = new Set<string>()

  for (const guarded of protectedPaths) {
    for (const step of stepsInto(guarded, areas)) {
      const found = await statOf(step)
      if (found?.isSymbolicLink() === true) throw new CommandNotStartedError(cwd, linkProblem(step))
      if (found === null || isPlaceholder(step)) {
        places.add(step)
        break
      }
      if (step === guarded || !found.isDirectory()) {
        readOnly.add(step)
        break
      }
      writable.add(step)
    }
  }
  return { writable: byDepth(writable), readOnly: byDepth(readOnly), places: byDepth(places) }
}

/** The paths from below the outermost area that holds `target` down to `target`; none where no area does. */
function stepsInto(target: string, areas: readonly string[]): string[] {
  const outermost = areas.find((area) => area !== target && isWithin(target, area))
  if (outermost === undefined) return []
  const steps: string[] = []
  for (let step = target; step !== outermost; step = path.dirname(step)) steps.unshift(step)
  return steps
}

/** Of the link itself, where it is one; null where nothing is. */
async function statOf(file: string): Promise<Stats | null> {
  return await lstat(file).catch((error: unknown) => {
    if (isMissing(error)) return null
    throw error
  })
}

const byDepth = (paths: Iterable<string>) =>
  [...new Set(paths)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))

const linkProblem = (link: string) =>
  `${link} is protected and a symbolic link, and no sandbox can keep a link from being replaced. Put a real folder ` +
  'in its place (for .git, a file with the line "gitdir: <folder>" does the same).'
