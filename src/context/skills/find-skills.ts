/** Finds the skills of a project and of its user. */

import path from 'node:path'
import type { InstructionFiles } from '../agents-md.ts'
import { oneLine } from '../messages.ts'
import { projectFolders } from '../project-folders.ts'
import { readFrontMatter } from './front-matter.ts'
import type { Skill, SkillScope } from './skill.ts'

/** The looks at files that the search takes. */
export interface SkillFiles extends InstructionFiles {
  /** Files of one name below a folder; `within` is what no link may lead out of. */
  find(search: {
    readonly folder: string
    readonly name: string
    readonly depthMax: number
    readonly within?: string
  }): Promise<{
    readonly files: readonly { readonly path: string; readonly bytes: number }[]
    readonly problems: readonly string[]
  }>
}

export interface SkillsOptions {
  readonly files: SkillFiles
  /** Absolute. */
  readonly cwd: string
  /** The user's own home folder: skills are in its `.agents/skills`; none when absent. */
  readonly userHome?: string
  /** This library's home folder: skills are in its `skills`; none when absent. */
  readonly home?: string
  /** What the project's root holds; `.git` unless given. */
  readonly rootMarkers?: readonly string[]
}

export interface FoundSkills {
  /** Those of the project, then the user's; each by name. */
  readonly skills: readonly Skill[]
  /** What was left out, each with its reason; for a log. */
  readonly warnings: readonly string[]
}

const FILE_NAME = 'SKILL.md'
const PROJECT_ROOTS = [
  ['.codex', 'skills'],
  ['.agents', 'skills'],
]
const DEPTH_MAX = 6
const NAME_LENGTH_MAX = 64
const DESCRIPTION_LENGTH_MAX = 1_024
const FILE_BYTES_MAX = 1024 * 1024

interface Root {
  readonly folder: string
  readonly scope: SkillScope
  readonly within?: string
}

/**
 * Reads what skills there are; nothing of them is run, and a bad one is left out with a warning.
 *
 * Several may have one name, as with Codex: a project cannot put its own in the place of a user's. A file that is
 * reached in several ways counts once, where it is nearest.
 */
export async function findSkills(options: SkillsOptions): Promise<FoundSkills> {
  const { files } = options
  const skills: Skill[] = []
  const warnings: string[] = []
  const seen = new Set<string>()

  for (const { scope, ...root } of await rootsOf(options)) {
    const { files: found, problems } = await files.find({ ...root, name: FILE_NAME, depthMax: DEPTH_MAX })
    warnings.push(...problems)
    for (const file of found) {
      const real = (await files.realPath?.(file.path)) ?? file.path
      if (seen.has(real)) continue
      seen.add(real)
      const skill = await readSkill(files, file, scope, warnings)
      if (typeof skill === 'string') warnings.push(`${file.path} is no skill: ${skill}.`)
      else skills.push(skill)
    }
  }
  return { skills: skills.sort(byScopeAndName), warnings }
}

function byScopeAndName(one: Skill, other: Skill): number {
  // In the alphabet the project's scope comes before the user's.
  const [a, b] = [one, other].map(({ scope, name, path: file }) => `${scope}\0${name}\0${file}`)
  return (a ?? '') < (b ?? '') ? -1 : 1
}

/** The nearest first. */
async function rootsOf({ files, cwd, userHome, home, rootMarkers }: SkillsOptions): Promise<Root[]> {
  const user: Root[] = []
  if (userHome !== undefined) user.push({ folder: path.join(userHome, '.agents', 'skills'), scope: 'user' })
  if (home !== undefined) user.push({ folder: path.join(home, 'skills'), scope: 'user' })

  const folders = await projectFolders({ files, cwd, rootMarkers })
  const within = folders[0] ?? cwd
  const project = folders
    .toReversed()
    .flatMap((folder) => PROJECT_ROOTS.map((names) => path.join(folder, ...names)))
    // Whoever works in the home folder has the user's own skills there, and not a project's.
    .filter((folder) => !user.some((root) => root.folder === folder))
    .map((folder): Root => ({ folder, scope: 'project', within }))
  return [...project, ...user]
}

/** @returns What is wrong with it, where it is none. */
async function readSkill(
  files: SkillFiles,
  file: { readonly path: string; readonly bytes: number },
  scope: SkillScope,
  warnings: string[],
): Promise<Skill | string> {
  if (file.bytes > FILE_BYTES_MAX) return `it has ${file.bytes} bytes, more than ${FILE_BYTES_MAX}`
  const text = await files.readText(file.path)
  if (text === null) return 'it cannot be read'
  const matter = readFrontMatter(text)
  if (!matter.ok) return matter.problem

  const folder = path.dirname(file.path)
  const name = oneLine(matter.values.get('name') ?? '') || path.basename(folder)
  const description = oneLine(matter.values.get('description') ?? '')
  const shortDescription = oneLine(matter.values.get('metadata.short-description') ?? '')
  if (lengthOf(name) > NAME_LENGTH_MAX) return `its name is longer than ${NAME_LENGTH_MAX} characters`
  if (description === '') return 'its front matter has no description'
  if (lengthOf(description) > DESCRIPTION_LENGTH_MAX)
    warnings.push(`${file.path}: only ${DESCRIPTION_LENGTH_MAX} characters of its description are shown.`)
  return {
    name,
    description: [...description].slice(0, DESCRIPTION_LENGTH_MAX).join(''),
    ...(shortDescription === '' ? {} : { shortDescription }),
    path: file.path,
    folder,
    scope,
  }
}

const lengthOf = (text: string): number => [...text].length
