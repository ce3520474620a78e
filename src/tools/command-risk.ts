/** What is known of commands without any rule: which do harm, which do none, which are too general to allow. */

import type { ParsedCommand } from '../platform/shell-script/commands-of.ts'
import { programName } from '../platform/shell-script/program-name.ts'
import type { CommandWords } from '../platform/shell-script/shell-script.ts'
import {
  FOREIGN_SHELLS,
  LOADER_NAME,
  OPAQUE_PROGRAMS,
  RUNNERS,
  SHELLS,
  WRAPPERS,
  withoutVersion,
} from '../platform/shell-script/wrapper-table.ts'
import type { PrefixRule } from './command-rules.ts'

/**
 * Whether the command is known to be dangerous: `rm` by force anywhere in it, or more wrappers than one looks through.
 *
 * Codex's list. Force is `-f` alone or among other letters, or `--force`, also cut short as rm takes it; before `--`.
 * Further than Codex: where not all can be read that will run, text that looks like `rm` by force is enough; so are
 * options of `rm` that only the run knows.
 */
export function isDangerous(parsed: ParsedCommand): boolean {
  if (parsed.isTooDeep || parsed.all.some(isForcedRemoval)) return true
  // A line that goes on after a backslash is one to the shell.
  const text = parsed.text.replace(/\\\n/g, '')
  if (parsed.all.some(isUncertainRemoval) && hidesOption(text)) return true
  const isAllKnown = parsed.isComplete && parsed.all.every(([program]) => program !== null)
  if (isAllKnown) return false
  return looksForced(text) || (parsed.all.some(isForcedUnknown) && afterRemoval(text, '\n').length > 0)
}

/** Whether `rm` stands in the text and on the same line an option with force, however they are quoted. */
function looksForced(text: string): boolean {
  return afterRemoval(text.replace(/["'\\]/g, ''), '\n').some((rest) => FORCE.test(rest))
}

const FORCE = /[\s{,]-(?:[a-z]*f|-f(?:o(?:r(?:ce?)?)?)?(?![\w-]))/i

/** Whether some `rm` has an option that a shell has to make first; files by a variable or a pattern are none. */
function hidesOption(text: string): boolean {
  if (afterRemoval(text, /[\n;&|]/).some((rest) => MADE_OPTION.test(rest))) return true
  if (KEPT_OPTION.test(text)) return true
  return FORCE.test(text) && afterRemoval(text, /[\n;&|]/).some((rest) => /\$\{?[@*]/.test(rest))
}

/** An option with an expansion in it, a list in braces with an option, what a command says, or text from a here-string. */
const MADE_OPTION = /\s["']?(?:-[^\s]*[{$`*?[]|\{[^\s}]*-|\$\(|`|\$'[^']*\\|<<<\s*["']?-)/
/** An option in a variable, or spelled by escapes. */
const KEPT_OPTION = /(?:=["']?|\$["'])-[a-z]*f/i

/** What follows the first `rm` in each part of the text. */
function afterRemoval(text: string, divider: string | RegExp): string[] {
  return text.split(divider).flatMap((part) => {
    const at = part.search(/(?<![\w-])rm(?![\w-])/i)
    return at < 0 ? [] : [part.slice(at + 2)]
  })
}

function isRemoval([program]: CommandWords): boolean {
  return program != null && programName(program) === 'rm'
}

/** The words that `rm` may take for options. */
function optionWords([, ...rest]: CommandWords): CommandWords {
  const end = rest.indexOf('--')
  return end < 0 ? rest : rest.slice(0, end)
}

function isUncertainRemoval(words: CommandWords): boolean {
  return isRemoval(words) && optionWords(words).includes(null)
}

function isForcedRemoval(words: CommandWords): boolean {
  return isRemoval(words) && hasForce(words)
}

/** A program that only the run knows, with an option that would be force to `rm`. */
function isForcedUnknown(words: CommandWords): boolean {
  return words[0] === null && hasForce(words)
}

function hasForce(words: CommandWords): boolean {
  return optionWords(words).some(
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
  // These start other programs,
  ...['script', 'runuser', 'find', 'start-stop-daemon', 'fc', 'bind', 'enable', 'mapfile', 'readarray'],
  ...['nodemon', 'corepack', 'zx', 'just', 'bazel', 'less', 'more', 'man', 'zsh', 'm4', 'ghci', 'guile'],
  ...['ipython', 'sqlite3', 'psql', 'mysql', 'socat', 'nc', 'ncat', 'netcat', 'telnet', 'openssl'],
  // and these write to any file.
  ...[
    'tee',
    'dd',
    'cp',
    'mv',
    'ln',
    'install',
    'truncate',
    'shred',
    'chmod',
    'chown',
    'chgrp',
    'mknod',
    'sed',
  ],
  ...['curl', 'wget', 'rsync', 'scp', 'sftp', 'tar', 'cpio', 'unzip', 'patch', 'split', 'sort', 'sponge'],
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
  if (name === '' || LOADER_NAME.test(name)) return true
  // A version in the name, such as python3.12, makes it no more special.
  const isAmong = (names: ReadonlySet<string>) => names.has(name) || names.has(withoutVersion(name))
  if ([NEVER, SHELLS, FOREIGN_SHELLS, OPAQUE_PROGRAMS].some(isAmong)) return true
  if (Object.hasOwn(WRAPPERS, name) || Object.hasOwn(RUNNERS, name)) return true
  if (!isAmong(TOO_GENERAL)) return false
  const [command] = rest.filter((word) => !word.startsWith('-'))
  const isCodeOption = rest.some((word) => /^(?:-[a-z]*[cer]|--(?:eval|print|command|require))$/i.test(word))
  return command === undefined || isCodeOption || (RUNS_ANYTHING.has(command) && rest.length === 1)
}
