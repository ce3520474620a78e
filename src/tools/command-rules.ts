/** Rules of a host about commands: what may run, what is asked about, what never runs. */

import type { ParsedCommand } from '../platform/shell-script/commands-of.ts'
import { programName } from '../platform/shell-script/program-name.ts'
import type { CommandWords } from '../platform/shell-script/shell-script.ts'
import { OptionError } from '../protocol/errors.ts'

export type CommandDecision = 'allow' | 'prompt' | 'forbidden'

/** What to do with commands that begin with certain words. */
export interface PrefixRule {
  /** The first words, each one word or several of which any will do: `['git', ['status', 'log']]`. */
  readonly pattern: readonly (string | readonly string[])[]
  /** Default `allow`. */
  readonly decision?: CommandDecision
  /** Told to whoever is asked, or refused. */
  readonly justification?: string
  /** Commands that the rule must be for, as words or as words with spaces between; checked when options are. */
  readonly match?: readonly (string | readonly string[])[]
  /** Commands that the rule must not be for. */
  readonly notMatch?: readonly (string | readonly string[])[]
}

export interface CommandRules {
  readonly prefixRules?: readonly PrefixRule[]
  /** When given, every other program is asked about. Names without folder; a shell's own commands count as programs. */
  readonly allowPrograms?: readonly string[]
  /** Programs that never run, wherever in a command they stand. Names without folder. */
  readonly denyPrograms?: readonly string[]
}

export interface CommandJudgement {
  /** Null: no rule speaks about the command. */
  readonly decision: CommandDecision | null
  readonly justification?: string
  /** The rule that decided, where it was one of `prefixRules`. */
  readonly rule?: PrefixRule
}

/**
 * Check rules before anything is judged by them.
 *
 * @param where The path of the option that holds them.
 * @throws {OptionError} One cannot be meant, or an example does not do what it says.
 */
export function checkCommandRules(rules: unknown, where = 'commandRules'): asserts rules is CommandRules {
  checkNames(rules, where, ['prefixRules', 'allowPrograms', 'denyPrograms'])
  const { prefixRules, allowPrograms, denyPrograms } = rules
  for (const [name, programs] of Object.entries({ allowPrograms, denyPrograms })) {
    if (programs !== undefined) checkPrograms(programs, `${where}.${name}`)
  }
  if (prefixRules === undefined) return
  if (!Array.isArray(prefixRules)) throw new OptionError(`${where}.prefixRules`, 'must be an array of rules.')
  prefixRules.forEach((rule, index) => {
    checkRule(rule, `${where}.prefixRules[${index}]`)
  })
}

function checkPrograms(programs: unknown, where: string): void {
  if (!Array.isArray(programs)) throw new OptionError(where, 'must be an array of program names.')
  programs.forEach((program, index) => {
    if (isText(program) && !/[/\\\s]/.test(program)) return
    throw new OptionError(`${where}[${index}]`, 'must be the name of a program, without folder or arguments.')
  })
}

function checkRule(rule: unknown, where: string): asserts rule is PrefixRule {
  checkNames(rule, where, ['pattern', 'decision', 'justification', 'match', 'notMatch'])
  const { pattern, decision, justification, match, notMatch } = rule
  if (!Array.isArray(pattern) || pattern.length === 0) {
    throw new OptionError(`${where}.pattern`, 'must be a non-empty array of words.')
  }
  pattern.forEach((entry: unknown, index) => {
    if (isText(entry) || (Array.isArray(entry) && entry.length > 0 && entry.every(isText))) return
    throw new OptionError(`${where}.pattern[${index}]`, 'must be a word, or a non-empty array of words.')
  })
  if (decision !== undefined && !['allow', 'prompt', 'forbidden'].includes(decision as string)) {
    throw new OptionError(`${where}.decision`, 'must be one of allow, prompt, forbidden.')
  }
  if (justification !== undefined && !isText(justification)) {
    throw new OptionError(`${where}.justification`, 'must be a non-empty string.')
  }
  checkExamples(pattern, match, `${where}.match`, true)
  checkExamples(pattern, notMatch, `${where}.notMatch`, false)
}

function checkExamples(
  pattern: PrefixRule['pattern'],
  examples: unknown,
  where: string,
  isMatch: boolean,
): void {
  if (examples === undefined) return
  if (!Array.isArray(examples)) throw new OptionError(where, 'must be an array of commands.')
  examples.forEach((example: unknown, index) => {
    const words = exampleWords(example, `${where}[${index}]`)
    if ((fitOf(pattern, words) === 'yes') === isMatch) return
    const problem = isMatch ? 'the pattern is not for this command' : 'the pattern is for this command, too'
    throw new OptionError(`${where}[${index}]`, `${problem}: ${words.join(' ')}.`)
  })
}

function exampleWords(example: unknown, where: string): readonly string[] {
  if (Array.isArray(example) && example.length > 0 && example.every((word) => typeof word === 'string')) {
    return example
  }
  if (isText(example) && !/["'\\]/.test(example)) return example.trim().split(/\s+/)
  throw new OptionError(
    where,
    'must be a command: an array of words, or words with spaces between and no quotes.',
  )
}

function checkNames(
  value: unknown,
  where: string,
  names: readonly string[],
): asserts value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new OptionError(where, 'must be an object.')
  }
  const wrong = Object.keys(value).find((name) => !names.includes(name))
  if (wrong !== undefined) {
    throw new OptionError(`${where}.${wrong}`, `is no option; there are ${names.join(', ')}.`)
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

/**
 * Judge a command by rules; the strictest that speaks wins: forbidden, then prompt, then allow.
 *
 * A rule that allows is Codex's: the command is allowed when it is plain and each of its parts begins as such a rule
 * says, word for word. A rule that asks or forbids looks further than Codex's, at every command that can be found in the
 * script and behind wrappers, programs by name without folder; where only the run knows whether one is for it, it asks.
 * So does `allowPrograms`. `denyPrograms` forbids in doubt: a program that only the run knows is as good as a denied one.
 */
export function judgeCommands(parsed: ParsedCommand, rules: CommandRules): CommandJudgement {
  const { prefixRules = [], allowPrograms, denyPrograms = [] } = rules
  const judgements = [
    ...prefixRules.map((rule) => judgeByStrictRule(parsed, rule)),
    judgeByDenied(parsed, denyPrograms),
    allowPrograms === undefined ? null : judgeByAllowed(parsed, allowPrograms),
  ].filter((judgement) => judgement !== null)
  const forbidden = judgements.find(({ decision }) => decision === 'forbidden')
  return forbidden ?? judgements[0] ?? judgeByAllowRules(parsed, prefixRules)
}

function judgeByStrictRule(parsed: ParsedCommand, rule: PrefixRule): CommandJudgement | null {
  const { decision = 'allow', justification } = rule
  if (decision === 'allow') return null
  const fits = parsed.all.flatMap((words) => [fitOf(rule.pattern, words), fitOf(rule.pattern, byName(words))])
  if (fits.includes('yes')) return { decision, rule, ...(justification !== undefined && { justification }) }
  if (parsed.isComplete && !fits.includes('perhaps')) return null
  const why = `only when it runs is it known whether the command is ${patternText(rule)}`
  return {
    decision: 'prompt',
    rule,
    justification: justification === undefined ? why : `${why}: ${justification}`,
  }
}

function judgeByDenied(parsed: ParsedCommand, programs: readonly string[]): CommandJudgement | null {
  if (programs.length === 0) return null
  const denied = new Set(programs.map(programName))
  const names = parsed.all.map(([program]) => (program == null ? null : programName(program)))
  const found = names.find((name) => name !== null && denied.has(name))
  if (found !== undefined) return { decision: 'forbidden', justification: `${found} is denied on this host` }
  if (parsed.isComplete && !names.includes(null)) return null
  return {
    decision: 'forbidden',
    justification:
      'some programs are denied on this host, and what this command runs is known only when it runs. ' +
      'Name each program in plain words',
  }
}

function judgeByAllowed(parsed: ParsedCommand, programs: readonly string[]): CommandJudgement | null {
  // Word for word and without a folder: a program of that name elsewhere is another program.
  const unlisted = parsed.all.find(([program]) => program == null || !programs.includes(program))
  if (unlisted !== undefined) {
    const [program] = unlisted
    const what = program == null ? 'a program whose name is known only when it runs' : program
    return { decision: 'prompt', justification: `${what} is not among the programs that may run unasked` }
  }
  if (parsed.isComplete) return null
  return { decision: 'prompt', justification: 'what this command runs is known only when it runs' }
}

function judgeByAllowRules(parsed: ParsedCommand, rules: readonly PrefixRule[]): CommandJudgement {
  const { plain } = parsed
  if (plain === null || plain.length === 0) return { decision: null }
  const found = plain.map((words) =>
    rules.find(({ pattern, decision = 'allow' }) => decision === 'allow' && fitOf(pattern, words) === 'yes'),
  )
  const [rule] = found
  if (rule === undefined || found.includes(undefined)) return { decision: null }
  const { justification } = rule
  return { decision: 'allow', rule, ...(justification !== undefined && { justification }) }
}

/** The command with its program as rules name it. */
function byName([program, ...rest]: CommandWords): CommandWords {
  return program == null ? [null, ...rest] : [programName(program), ...rest]
}

/** Whether the command begins as the pattern says; a word that only the run knows may be any. */
function fitOf(pattern: PrefixRule['pattern'], words: CommandWords): 'yes' | 'no' | 'perhaps' {
  const result: 'yes' | 'perhaps' = 'yes'
  for (const [index, entry] of pattern.entries()) {
    const word = words[index]
    // An unknown word may also have become several, or none.
    if (word === null) return 'perhaps'
    if (word === undefined) return 'no'
    if (typeof entry === 'string' ? entry !== word : !entry.includes(word)) return 'no'
  }
  return result
}

function patternText({ pattern }: PrefixRule): string {
  return pattern.map((entry) => (typeof entry === 'string' ? entry : entry.join('|'))).join(' ')
}
