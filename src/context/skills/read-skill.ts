/** Reads a skill's text, and the files that the text refers to. */

import path from 'node:path'
import type { MessageItem } from '../../protocol/response-item.ts'
import type { InstructionFiles } from '../agents-md.ts'
import { cutAtLine } from '../cut-at-line.ts'
import { contextMessage, escaped } from '../messages.ts'
import { liesIn } from '../project-folders.ts'
import { mentionedSkills } from './mentioned-skills.ts'
import type { Skill } from './skill.ts'

const TEXT_BYTES_MAX = 32 * 1024

export interface SkillMessages {
  /** To be recorded behind the prompt. */
  readonly items: readonly MessageItem[]
  /** The skills that were asked for and are not among them, each with its reason; for the host. */
  readonly warnings: readonly string[]
}

/** What a prompt brings along: a `<skill>` message for each skill that it names. */
export async function skillMessages(options: {
  readonly prompt: string
  readonly skills: readonly Skill[]
  /** Absolute. */
  readonly cwd: string
  readonly files: Pick<InstructionFiles, 'readText'>
}): Promise<SkillMessages> {
  const items: MessageItem[] = []
  const { skills, ambiguous } = mentionedSkills(options.prompt, options.skills, options.cwd)
  const warnings = ambiguous.map((name) => ambiguityOf(name, options.skills))
  for (const skill of skills) {
    const text = await options.files.readText(skill.path)
    if (text === null)
      warnings.push(`The skill ${skill.name} is asked for, and ${skill.path} cannot be read.`)
    else items.push(skillMessage(skill, text))
  }
  return { items, warnings }
}

function ambiguityOf(name: string, skills: readonly Skill[]): string {
  const files = skills.filter((skill) => skill.name === name).map(({ path: file }) => file)
  return `Several skills are called ${name}: ${files.join(', ')}. Link to the one that is meant: [${name}](path).`
}

/**
 * The message that puts a skill into the conversation, in Codex's shape.
 *
 * @param text Of its SKILL.md, front matter and all; past 32 KiB it is cut at the end of a line, with a note.
 */
export function skillMessage(skill: Skill, text: string): MessageItem {
  return contextMessage('user', [
    [
      '<skill>',
      `<name>${escaped(skill.name)}</name>`,
      `<path>${escaped(skill.path)}</path>`,
      shownText(skill, text.replace(/^\uFEFF/, '')).replaceAll('</skill>', '&lt;/skill&gt;'),
      '</skill>',
    ].join('\n'),
  ])
}

function shownText(skill: Skill, text: string): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= TEXT_BYTES_MAX) return text
  const head = cutAtLine(bytes, TEXT_BYTES_MAX)
  return (
    `${head.text}[Cut here, because the text of a skill may take ${TEXT_BYTES_MAX} bytes: ` +
    `${bytes.length - head.bytes} bytes of ${skill.path} are not shown. Read the file where they matter.]`
  )
}

/**
 * Where a reference in a skill's text leads.
 *
 * @param reference As the text has it, such as `references/api.md#errors`.
 * @returns An absolute path in the skill's folder; null for an address and for what leads out of the folder.
 */
export function skillReference(skill: Skill, reference: string): string | null {
  const bare = reference.replace(/[?#].*$/s, '').trim()
  if (bare === '' || /^[a-z][a-z\d+.-]+:/i.test(bare) || bare.includes('\0')) return null
  const file = path.resolve(skill.folder, bare)
  return file !== skill.folder && liesIn(skill.folder, file) ? file : null
}

/** @returns The text of the file that a reference leads to; null where it leads out, by a link as well, or to no file. */
export async function readSkillReference(options: {
  readonly files: InstructionFiles
  readonly skill: Skill
  readonly reference: string
}): Promise<{ readonly path: string; readonly text: string } | null> {
  const { files, skill } = options
  const file = skillReference(skill, options.reference)
  if (file === null) return null
  if (files.realPath !== undefined) {
    const [folder, real] = await Promise.all([files.realPath(skill.folder), files.realPath(file)])
    if (folder === null || real === null || !liesIn(folder, real)) return null
  }
  const text = await files.readText(file)
  return text === null ? null : { path: file, text }
}
