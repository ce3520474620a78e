/** What a skill is: a folder with a SKILL.md that says what it is for. */

/** Whose it is: of the project at hand, or of the user for all projects. */
export type SkillScope = 'project' | 'user'

export interface Skill {
  /** As `$name` asks for it; at most 64 characters. */
  readonly name: string
  /** When it is of use; at most 1,024 characters. */
  readonly description: string
  /** For lists that people read. */
  readonly shortDescription?: string
  /** Its SKILL.md; absolute. */
  readonly path: string
  /** What references in its text start from; absolute. */
  readonly folder: string
  readonly scope: SkillScope
}
