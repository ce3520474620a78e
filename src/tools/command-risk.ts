/** What is known of commands without any rule: which do harm, which do none, which are too general to allow. */

import type { ParsedCommand } from '../platform/shell-script/commands-of.ts'
import { programName } from '../platform/shell-script/program-name.ts'
import type { CommandWords } from '../platform/shell-script/shell-script.ts'
import { FOREIGN_SHELLS, SHELLS, WRAPPERS } from '../platform/shell-script/wrapper-table.ts'
import type { PrefixRule } from './command-rules.ts'

/**
 * Whether the command is known to be dangerous: `rm` by force anywhere in it, or more wrappers than one looks through.
 *
 * Codex's list. Force is `-f` alone or among other letters, or `--force`, also cut short as rm takes it; before `--`.
 */
export function isDangerous(parsed: ParsedCommand): boolean {
  return parsed.isTooDeep || parsed.all.some(isForcedRemoval)
}

function isForcedRemoval([program, ...rest]: CommandWords): boolean {
  if (program == null || programName(program) !== 'rm') return false
  const end = rest.indexOf('--')
  return (end < 0 ? rest : rest.slice(0, end)).some(
    (word) =>
      word !== null && (/^-[^-]*f/.test(word) || (word.startsWith('--f') && '--force'.startsWith(word))),
  )
}

const SAFE_PROGRAMS = new Set([
  ...[
    'cat',
    'cd',
    'cut',
    'echo',
    'expr',
    'false',
    'grep',
    'head',
    'id',
    'ls',
    'nl',
    'numfmt',
    'paste',
    'pwd',
  ],
  ...['rev', 'seq', 'stat', 'tac', 'tail', 'tr', 'true', 'uname', 'wc', 'which', 'whoami'],
])
const FIND_ACTIONS = /^-(?:exec|execdir|ok|okdir|delete|fls|fprint.*)$/

/** Programs that only read with some arguments, and do more with others. */
const SAFE_ARGUMENTS: Readonly<Record<string, (rest: readonly string[]) => boolean>> = {
  base64: (rest) => !rest.some((word) => /^-[^-]*o|^--o/.test(word)),
  find: (rest) => !rest.some((word) => FIND_ACTIONS.test(word)),
  rg: (rest) =>
    !rest.some((word) => /^-[^-]*z/.test(word) || /^--(?:pre|hostname-bin|search-zip)(?:=|$)/.test(word)),
  sed: ([option, script = '', file, ...more]) =>
    option === '-n' &&
    /^\d+(?:,\d+)?p$/.test(script) &&
    more.length === 0 &&
    (file === undefined || !file.startsWith('-')),
  // A second file would be written.
  uniq: (rest) => rest.filter((word) => word === '-' || !word.startsWith('-')).length <= 1,
}

/**
 * Whether the command only reads: a plain script, each part of it on Codex's list of such programs.
 *
 * Programs count by their bare name, or in a folder of the system: `./cat` is anybody's.
 */
export function isKnownSafe({ plain, all }: ParsedCommand): boolean {
  if (plain === null || plain.length === 0) return false
  return plain.every(([program = '', ...rest], index) => {
    const name = program.replace(/^\/(?:usr\/)?bin\//, '')
    if (SAFE_PROGRAMS.has(name)) return true
    const isSafe = Object.hasOwn(SAFE_ARGUMENTS, name) ? SAFE_ARGUMENTS[name] : undefined
    // A pattern could become the name of a file that reads as an option.
    const isLiteral = all[index]?.every((word) => word !== null) ?? false
    return isSafe !== undefined && isLiteral && isSafe(rest)
  })
}

/** Programs whose first words say nothing about what a command does. */
const TOO_GENERAL = new Set([
  ...[
    'python',
    'python2',
    'python3',
    'py',
    'pypy',
    'pypy3',
    'node',
    'nodejs',
    'deno',
    'bun',
    'tsx',
    'ts-node',
  ],
  ...['perl', 'ruby', 'php', 'lua', 'luajit', 'rscript', 'julia', 'java', 'osascript', 'awk', 'gawk', 'mawk'],
  ...[
    'tclsh',
    'expect',
    'git',
    'gh',
    'npm',
    'pnpm',
    'yarn',
    'npx',
    'bunx',
    'pip',
    'pip3',
    'pipx',
    'uv',
    'uvx',
  ],
  ...['cargo', 'go', 'make', 'docker', 'podman', 'kubectl', 'ssh', 'find', 'ed', 'vi', 'vim', 'emacs'],
])
/** Their commands that run any program, or any code. */
const RUNS_ANYTHING = new Set(['run', 'exec', 'dlx', 'x', 'eval', 'tool', 'config', 'runpip', '-m'])
/** Programs that no rule of a model's may begin with. */
const NEVER = new Set([
  'rm',
  'eval',
  'trap',
  'alias',
  'source',
  '.',
  'su',
  'doas',
  'npx',
  'bunx',
  'uvx',
  'pipx',
])

/**
 * The rule that a model proposes to remember, where it may be offered to the one who approves the command.
 *
 * @param words The first words of commands that shall be allowed from now on.
 * @returns Null when the words are too general (a shell, an interpreter, `git` alone, `rm`, sudo, env, a package's
 *   runner…), or do not begin every part of this command.
 */
export function proposedRule({ plain }: ParsedCommand, words: readonly string[]): PrefixRule | null {
  if (plain === null || plain.length === 0 || words.length === 0 || isTooGeneral(words)) return null
  const coversAll = plain.every((command) => words.every((word, index) => command[index] === word))
  return coversAll ? { pattern: [...words], decision: 'allow' } : null
}

function isTooGeneral([program = '', ...rest]: readonly string[]): boolean {
  const name = programName(program)
  if (name === '' || NEVER.has(name) || SHELLS.has(name) || FOREIGN_SHELLS.has(name)) return true
  if (Object.hasOwn(WRAPPERS, name)) return true
  // A version in the name, such as python3.12, makes it no more special.
  const isGeneral = TOO_GENERAL.has(name) || TOO_GENERAL.has(name.replace(/[\d.]+$/, ''))
  if (!isGeneral) return false
  const [command] = rest.filter((word) => !word.startsWith('-'))
  const isCodeOption = rest.some((word) => /^(?:-[a-z]*[cer]|--(?:eval|print|command|require))$/i.test(word))
  return command === undefined || isCodeOption || (RUNS_ANYTHING.has(command) && rest.length === 1)
}
