/** Which shell runs a command line, by which words. */

import { statSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { quoteCommand } from './shell-words.ts'

// By full path, since Windows looks for a bare name in the current folder first.
const POWERSHELL = 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'
const WINDOWS_SHELLS = [
  { name: 'pwsh', file: 'C:\\Program Files\\PowerShell\\7\\pwsh.exe' },
  { name: 'bash', file: 'C:\\Program Files\\Git\\bin\\bash.exe' },
]

export interface ShellOptions {
  /** A shell's name or path, such as `zsh`; without it the user's own. What is no known shell means `sh`. */
  readonly shell?: string
  /** Whether the shell reads the user's profile; default false. */
  readonly login?: boolean
}

const POSIX_SHELLS = ['bash', 'zsh', 'sh']
const POSIX_FOLDERS = [
  '/usr/local/bin',
  '/usr/bin',
  '/bin',
  '/opt/homebrew/bin',
  '/run/current-system/sw/bin',
]

/**
 * Program and arguments that make a shell run `line`.
 *
 * @returns `[shell, '-c' or '-lc', line]`; on Windows PowerShell's own switches.
 */
export function shellCommand(line: string, options: ShellOptions = {}): [program: string, ...args: string[]] {
  const { shell, login = false } = options
  if (process.platform === 'win32') return windowsCommand(line, shell, login)
  return [posixShell(shell), login ? '-lc' : '-c', line]
}

/** How an event spells a command: a line with its shell around it, or the words alone. */
export function commandLine(command: string | readonly string[], options: ShellOptions = {}): string {
  return quoteCommand(typeof command === 'string' ? shellCommand(command, options) : command)
}

/** Upstream's order: the user's own shell where it is of the kind wanted, else where such programs lie, else sh. */
function posixShell(wanted: string | undefined): string {
  const own = ownShell()
  const kind = kindOf(wanted ?? own ?? (process.platform === 'darwin' ? 'zsh' : 'bash'))
  if (kind === undefined) return '/bin/sh'
  if (own !== undefined && kindOf(own) === kind && isFile(own)) return own
  const candidates = POSIX_FOLDERS.map((folder) => path.posix.join(folder, kind))
  return candidates.find(isFile) ?? '/bin/sh'
}

function kindOf(shell: string): string | undefined {
  const name = path.posix.basename(shell)
  return POSIX_SHELLS.find((known) => known === name)
}

let own: { readonly shell: string | undefined } | undefined

/** From the user database, as upstream reads it: `SHELL` is a variable that anyone may set. */
function ownShell(): string | undefined {
  own ??= { shell: shellOfUser() }
  return own.shell
}

function shellOfUser(): string | undefined {
  try {
    return userInfo().shell ?? undefined
  } catch {
    // A container may run under a number that no user database knows.
    return undefined
  }
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
}

function windowsCommand(
  line: string,
  wanted: string | undefined,
  login: boolean,
): [program: string, ...args: string[]] {
  const name = path.win32.basename(wanted ?? '', '.exe').toLowerCase()
  const found = WINDOWS_SHELLS.find((shell) => shell.name === name && isFile(shell.file))
  if (found?.name === 'bash') return [found.file, login ? '-lc' : '-c', line]
  const program = found?.file ?? POWERSHELL
  return login ? [program, '-Command', line] : [program, '-NoProfile', '-Command', line]
}
