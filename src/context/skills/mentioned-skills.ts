/** Finds the skills that a prompt asks for by name or by link. */

import path from 'node:path'
import type { Skill } from './skill.ts'

/** A link with its target, or `$name` where no letter, dollar sign or backslash stands before it. */
const MENTION = /\[[^[\]]*\]\(([^()]*)\)|(?<![\w$\\])\$(\w[\w.:-]*)/g
/** Longer words are no names. */
const WORD_LENGTH_MAX = 100

export interface MentionedSkills {
  /** Each once, in the order in which the prompt asks for them. */
  readonly skills: readonly Skill[]
  /** Names that several skills have: which one is meant, only a link can say. */
  readonly ambiguous: readonly string[]
}

/** @param cwd What relative links start from; absolute. */
export function mentionedSkills(prompt: string, skills: readonly Skill[], cwd: string): MentionedSkills {
  const mentioned = new Set<Skill>()
  const ambiguous = new Set<string>()
  for (const [, target, word] of prompt.matchAll(MENTION)) {
    const [skill, ...others] = word === undefined ? linked(target ?? '', skills, cwd) : named(word, skills)
    if (skill === undefined) continue
    if (others.length > 0) ambiguous.add(skill.name)
    else mentioned.add(skill)
  }
  return { skills: [...mentioned], ambiguous: [...ambiguous] }
}

/** A sentence may end behind the name. */
function named(word: string, skills: readonly Skill[]): readonly Skill[] {
  if (word.length > WORD_LENGTH_MAX) return []
  for (let name = word; name !== ''; name = name.slice(0, -1)) {
    const found = skills.filter((each) => each.name === name)
    if (found.length > 0 || !/[.:-]$/.test(name)) return found
  }
  return []
}

function linked(target: string, skills: readonly Skill[], cwd: string): readonly Skill[] {
  const file = path.resolve(cwd, decoded(addressIn(target.trim()).replace(/^skill:\/\//, '')))
  return skills.filter((skill) => skill.path === file || skill.folder === file)
}

/** A link's target may stand in angle brackets, and a title behind it. */
function addressIn(target: string): string {
  if (target.startsWith('<')) return target.slice(1).split('>', 1)[0] ?? ''
  return target.split(/\s["']/, 1)[0] ?? ''
}

function decoded(target: string): string {
  try {
    return decodeURI(target)
  } catch {
    return target
  }
}
