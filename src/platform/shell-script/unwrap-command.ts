/** Looks through programs that start other programs: sudo, env, xargs, a shell with a script, their kind. */

import { indirectRun, readsProgram } from './indirect-run.ts'
import { programName } from './program-name.ts'
import type { CommandWords } from './shell-script.ts'
import {
  FOREIGN_SHELLS,
  INTERPRETERS,
  LOADER,
  LOADER_NAME,
  OPAQUE_PROGRAMS,
  RUNNERS,
  SHELL_LONG_VALUED,
  SHELLS,
  WRAPPERS,
  type Wrapper,
  withoutVersion,
} from './wrapper-table.ts'

/** What a command starts. */
export interface Unwrapped {
  readonly commands: readonly CommandWords[]
  readonly scripts: readonly string[]
  /** Whether it also starts, or may start, what is not in its words. */
  readonly isOpaque: boolean
}

const NOTHING: Unwrapped = { commands: [], scripts: [], isOpaque: false }
const OPAQUE: Unwrapped = { ...NOTHING, isOpaque: true }
const FIND_STARTS = new Set(['-exec', '-execdir', '-ok', '-okdir'])

/**
 * What the command starts, one level down.
 *
 * Where the words can be read in two ways (an option that is not known here, a word that is not literal), both readings
 * are given, and the result is opaque.
 */
export function unwrapCommand(words: CommandWords): Unwrapped {
  const [program, ...rest] = words
  if (program == null) return NOTHING
  const name = programName(program)
  const wrapper = wrapperOf(name)
  if (name === 'xargs' && wrapper !== undefined) return throughXargs(wrapper, rest)
  // Its first word may name the machine.
  const start = name === 'setarch' && rest[0]?.startsWith('-') === false ? 1 : 0
  if (wrapper !== undefined) return besides(throughWrapper(wrapper, rest.slice(start)), isArmed(name, rest))
  if (isNamed(SHELLS, name)) return throughShell(rest)
  if (isNamed(FOREIGN_SHELLS, name) || OPAQUE_PROGRAMS.has(name)) return OPAQUE
  if (isNamed(INTERPRETERS, name)) return readsProgram(rest) ? OPAQUE : NOTHING
  if (Object.hasOwn(RUNNERS, name)) return throughRunner(RUNNERS[name] ?? [], rest)
  return throughOwnForm(name, rest)
}

/** Programs of which each has a form of its own for what it starts. */
function throughOwnForm(name: string, words: CommandWords): Unwrapped {
  switch (name) {
    case 'eval':
      return ofScripts([words.includes(null) ? null : words.join(' ').replace(/^-- /, '')])
    case 'trap':
      return ofScripts(words.filter((word) => word === null || !/^-[lp-]/.test(word)).slice(0, 1))
    case 'alias':
      return ofScripts(words.flatMap((word) => (word === null ? null : (/=(.*)$/s.exec(word)?.[1] ?? []))))
    case 'runuser': {
      const isDirect = words.some((word) => word !== null && /^(?:-u|--user)/.test(word))
      return isDirect ? throughWrapper(RUNUSER, words) : throughOptionC(words)
    }
    case 'su':
    case 'script':
      return throughOptionC(words)
    case 'find':
      return throughFind(words)
    default:
      return ofScripts(indirectRun(name, words))
  }
}

/** `runuser -u me rm x`, which starts no shell. */
const RUNUSER: Wrapper = {
  valued: 'Ggsuw',
  flags: 'Pflmp',
  longValued: ['group', 'shell', 'supp-group', 'user', 'whitelist-environment'],
  longFlags: ['fast', 'login', 'preserve-environment', 'pty'],
}

function wrapperOf(name: string): Wrapper | undefined {
  if (LOADER_NAME.test(name)) return LOADER
  return Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined
}

/** Whether options of the wrapper itself start more than the command. */
function isArmed(name: string, words: CommandWords): boolean {
  if (name === 'coproc') return words.some((word) => word !== null && /^[{}()]/.test(word))
  if (name === 'ssh') return words.some((word) => word !== null && /(?:proxy|local|hosts)command/i.test(word))
  if (name === 'strace' || name === 'ltrace')
    return words.some((word) => word !== null && /^(?:-o)?[|!]/.test(word))
  return words.some((word) => word !== null && SETS_CODE.test(word))
}

/** Variables whose text programs run before, or besides, their work. */
const SETS_CODE = /^(?:-\w*)?(?:PS4|PS0|PROMPT_COMMAND|BASH_ENV|ENV|LD_PRELOAD|LD_AUDIT|GIT_SSH_COMMAND)\+?=/

function isNamed(names: ReadonlySet<string>, name: string): boolean {
  return names.has(name) || names.has(withoutVersion(name))
}

function besides(found: Unwrapped, isMore: boolean): Unwrapped {
  return isMore ? { ...found, isOpaque: true } : found
}

/** `poetry run rm x`. */
function throughRunner(verbs: readonly string[], words: CommandWords): Unwrapped {
  const at = words.findIndex((word) => word === null || verbs.includes(word))
  if (at < 0) return NOTHING
  return words[at] === null ? OPAQUE : throughWrapper({}, words.slice(at + 1))
}

function ofScripts(scripts: readonly (string | null)[]): Unwrapped {
  return {
    commands: [],
    scripts: scripts.filter((script) => script !== null),
    isOpaque: scripts.includes(null),
  }
}

function throughWrapper(wrapper: Wrapper, words: CommandWords): Unwrapped {
  const found = readWrapper(wrapper, words)
  const isAlone = found.commands.length + found.scripts.length === 0
  if (isAlone && wrapper.shellAlone) return OPAQUE
  if (!wrapper.joins) return found
  const joined = ofScripts(
    found.commands.map((command) => (command.includes(null) ? null : command.join(' '))),
  )
  return besides({ ...joined, commands: found.commands }, found.isOpaque || joined.isOpaque)
}

function readWrapper(wrapper: Wrapper, words: CommandWords): Unwrapped {
  const readings = (...starts: readonly number[]): CommandWords[] =>
    starts.map((start) => words.slice(start)).filter((command) => command.length > 0)
  const certain = (start: number): Unwrapped => ({ ...NOTHING, commands: readings(start) })
  const doubtful = (start: number): Unwrapped => ({ ...OPAQUE, commands: readings(start, start + 1) })

  let operands = wrapper.operands ?? 0
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? null
    switch (partOf(wrapper, word)) {
      case 'end':
        return certain(at + 1 + operands)
      case 'script':
        return scriptOfOption(wrapper, words, at)
      case 'unknown':
        return doubtful(at + 1)
      case 'takes next':
        at += 1
        break
      case 'operand':
        if (word === null) return doubtful(at)
        if (operands === 0 || (wrapper.numericOperands && !/^\d/.test(word))) return certain(at)
        operands -= 1
        break
      case 'complete':
    }
  }
  return NOTHING
}

function partOf(wrapper: Wrapper, word: string | null): OptionKind | 'end' | 'operand' {
  if (word === null) return 'operand'
  if (word === '--') return 'end'
  if (word === '-' || (wrapper.keyword && word === '!')) return 'complete'
  if ((wrapper.assignments || wrapper.keyword) && /^\w+\+?=/.test(word)) return 'complete'
  return word.startsWith('-') ? readOption(wrapper, word) : 'operand'
}

/** `env -S 'rm -r' x`, where what follows belongs to it. */
function scriptOfOption(wrapper: Wrapper, words: CommandWords, at: number): Unwrapped {
  const option = words[at] ?? ''
  const isLong = option.startsWith('--')
  const attached = isLong
    ? option.slice(option.indexOf('=') + 1)
    : option.slice(option.indexOf(wrapper.script ?? '') + 1)
  const script = isLong && !option.includes('=') ? '' : attached
  const parts = [script, ...words.slice(at + 1)]
  return ofScripts([parts.includes(null) ? null : parts.join(' ')])
}

type OptionKind = 'complete' | 'takes next' | 'script' | 'unknown'

function readOption(wrapper: Wrapper, option: string): OptionKind {
  return option.startsWith('--') ? readLongOption(wrapper, option) : readLetters(wrapper, option)
}

function readLongOption(wrapper: Wrapper, option: string): OptionKind {
  const { longValued = [], longFlags = [], longScript } = wrapper
  const [name = '', value] = option.slice(2).split('=', 2)
  if (name === longScript) return 'script'
  if (value !== undefined || longFlags.includes(name)) return 'complete'
  return longValued.includes(name) ? 'takes next' : 'unknown'
}

/** `-rf`, of which the first letter that is no flag decides. */
function readLetters(wrapper: Wrapper, option: string): OptionKind {
  const { flags = '', valued = '', optional = '', script } = wrapper
  for (const [at, letter] of [...option].entries()) {
    if (at === 0 || flags.includes(letter)) continue
    if (letter === script) return 'script'
    if (optional.includes(letter)) return 'complete'
    if (!valued.includes(letter)) return 'unknown'
    return at === [...option].length - 1 ? 'takes next' : 'complete'
  }
  return 'complete'
}

/** A shell runs the text after `-c`, or else a file, or else what comes in at its standard input. */
function throughShell(words: CommandWords): Unwrapped {
  let options = ''
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]
    if (word == null) return OPAQUE
    if (word === '--version' || word === '--help') return NOTHING
    if (word === '--') return shellOperand(words[at + 1], options)
    if (!/^[-+]./.test(word)) return shellOperand(word, options)
    if (/^-[^-]/.test(word)) options += word
    const takesNext = SHELL_LONG_VALUED.includes(word.slice(2)) || /^[-+][a-zA-Z]*[oO]$/.test(word)
    if (takesNext) at += 1
  }
  return OPAQUE
}

/** A shell of another user's, or in another terminal, runs the text after `-c`, or else its standard input. */
function throughOptionC(words: CommandWords): Unwrapped {
  for (const [at, word] of words.entries()) {
    const [, , attached] = /^(-[a-bd-zA-Z]*c|--(?:session-)?c\w*(?:=|$))(.*)$/s.exec(word ?? '') ?? []
    if (attached === undefined) continue
    // Attached letters may as well be further options.
    const scripts = ofScripts(
      attached === '' ? [words[at + 1] ?? null] : [attached, ...words.slice(at + 1, at + 2)],
    )
    return besides(scripts, attached !== '' && !word?.startsWith('--'))
  }
  return OPAQUE
}

function shellOperand(operand: string | null | undefined, options: string): Unwrapped {
  if (operand === undefined) return OPAQUE
  if (options.includes('c')) return ofScripts([operand])
  return options.includes('s') || readsProgram([operand]) ? OPAQUE : NOTHING
}

/** The words read from its input come at the end, or in place of the text that `-I` names. */
function throughXargs(wrapper: Wrapper, words: CommandWords): Unwrapped {
  const { commands, isOpaque } = throughWrapper(wrapper, words)
  const placeholder = placeholderOf(words)
  const filled = commands.map((command) => [
    ...command.map((word, at) => (word === placeholder || (at === 0 && holds(word)) ? null : word)),
    null,
  ])
  // Text put into the middle of a script may be a command of its own.
  const isFilledScript = commands.some((command) => isShell(command[0]) && command.some(holds))
  return { commands: filled, scripts: [], isOpaque: isOpaque || isFilledScript }

  function holds(word: string | null): boolean {
    return placeholder !== null && (word?.includes(placeholder) ?? false)
  }
}

/** The text that xargs replaces; null when it only appends. */
function placeholderOf(words: CommandWords): string | null {
  for (const [at, word] of words.entries()) {
    const [, named] = /^-[0oprtx]*I(.*)$/s.exec(word ?? '') ?? []
    if (named !== undefined) return named || (words[at + 1] ?? null)
    const [, attached] = /^(?:-[0oprtx]*i|--replace=?)(.*)$/s.exec(word ?? '') ?? []
    if (attached !== undefined) return attached || '{}'
  }
  return null
}

function isShell(program: string | null | undefined): boolean {
  return program != null && isNamed(SHELLS, programName(program))
}

function throughFind(words: CommandWords): Unwrapped {
  const commands: CommandWords[] = []
  for (let at = 0; at < words.length; at += 1) {
    if (!FIND_STARTS.has(words[at] ?? '')) continue
    const start = at + 1
    while (at < words.length && words[at] !== ';' && words[at] !== '+') at += 1
    // What is found takes the place of the braces.
    const command = words.slice(start, at).map((word) => (word?.includes('{}') ? null : word))
    if (command.length > 0) commands.push(command)
  }
  return { commands, scripts: [], isOpaque: false }
}
