/** Finds what programs run by their options: a callback of a builtin, an alias of git, a program from a pipe. */

import type { CommandWords } from './shell-script.ts'

/** Builtins that take the names of variables: an index in one is arithmetic, in which substitutions run. */
const NAMES_VARIABLES: ReadonlySet<string> = new Set([
  ...[
    '[',
    'declare',
    'export',
    'getopts',
    'let',
    'local',
    'mapfile',
    'printf',
    'read',
    'readarray',
    'readonly',
  ],
  ...['test', 'typeset', 'unset', 'wait'],
])
const HIDDEN_INDEX = /\[.*(?:\$\(|`)/s

/** Settings of git whose value is a command line. */
const GIT_COMMAND =
  /^(?:core\.(?:pager|editor|sshcommand|askpass|fsmonitor)|sequence\.editor|diff\.external|pager\..*|credential\..*helper|gpg\..*program|(?:diff|merge|filter|difftool|mergetool)\..*\.?(?:textconv|command|cmd|driver|clean|smudge|process))$/i

/**
 * The scripts that these words make the program run; null stands for those that cannot be known.
 *
 * @param name As `programName` gives it.
 */
export function indirectRun(name: string, words: CommandWords): readonly (string | null)[] {
  if (NAMES_VARIABLES.has(name) && words.some(hidesSubstitution)) return [null]
  switch (name) {
    case 'mapfile':
    case 'readarray':
    case 'complete':
    case 'compgen':
      return callbackOf(words)
    case 'bind':
      return words.some((word) => word === null || /^-\w*x/.test(word)) ? [null] : []
    case 'hash':
      return words.some((word) => word === null || /^-\w*p/.test(word)) ? [null] : []
    case 'enable':
      return words.some((word) => word === null || /^-\w*f/.test(word)) ? [null] : []
    case 'fc':
      return [null]
    case 'source':
    case '.':
      return words.includes(null) || readsProgram(words) ? [null] : []
    case 'git':
      return gitSettings(words)
    default:
      return []
  }
}

/** Whether text holds a substitution that runs when the text is taken for a variable's name: `a[$(ls)]`. */
export function hidesSubstitution(text: string | null): boolean {
  return text !== null && HIDDEN_INDEX.test(text)
}

/** Whether an interpreter with these words reads its program from its standard input, or from another process. */
export function readsProgram(words: CommandWords): boolean {
  if (words.includes('-')) return true
  const operand = words.find((word) => word === null || !word.startsWith('-'))
  // Of options alone, those that ask for help or a version start nothing.
  if (operand === undefined) return words.every((word) => word !== null && /^-[A-UW-Za-gi-uw-z]+$/.test(word))
  return operand !== null && /^\/(?:dev\/(?:stdin|fd\/)|proc\/)/.test(operand)
}

function callbackOf(words: CommandWords): readonly (string | null)[] {
  for (const [at, word] of words.entries()) {
    const [, attached] = /^-[a-zA-Z]*?C(.*)$/s.exec(word ?? '') ?? []
    if (attached !== undefined) return [attached || (words[at + 1] ?? null), null]
  }
  return []
}

function gitSettings(words: CommandWords): readonly (string | null)[] {
  const found: (string | null)[] = []
  for (const [at, word] of words.entries()) {
    const setting = /^-c(.*)$/s.exec(word ?? '')?.[1]
    if (/^--(?:config-env|exec-path=)/.test(word ?? '')) found.push(null)
    if (setting === undefined) continue
    const [, key = '', value = ''] = /^([^=]*)=(.*)$/s.exec(setting || (words[at + 1] ?? '')) ?? []
    const isAlias = /^alias\./i.test(key)
    if (isAlias && value.startsWith('!')) found.push(value.slice(1))
    else if (GIT_COMMAND.test(key)) found.push(value.replace(/^!/, ''))
    else if (/^(?:core\.hookspath|include\.path|includeif\..*)$/i.test(key)) found.push(null)
  }
  return found
}
