/** Says what the model is told of the machine it works on: shell, day, time zone. */

import path from 'node:path'

export interface MachineFacts {
  /** As Node names it: `linux`, `darwin`, `win32`. */
  readonly platform: string
  /** The program that runs commands, with or without its folder, such as `/bin/zsh`. */
  readonly shellProgram: string
  /** Milliseconds since 1970. */
  readonly now: number
  /** What the environment says in `TZ`; taken where it is an IANA name, else the process's own zone is. */
  readonly timezone?: string | undefined
}

export interface MachineValues {
  readonly shell: string
  readonly currentDate: string
  readonly timezone: string
}

/** Programs that are the same shell to whoever writes for it. */
const SHELL_NAMES: Readonly<Record<string, string>> = { pwsh: 'powershell', 'pwsh-preview': 'powershell' }

/**
 * The part of an environment context that is the machine's.
 *
 * The day is the one that the process's own clock shows.
 */
export function machineValues({ platform, shellProgram, now, timezone }: MachineFacts): MachineValues {
  return {
    shell: shellName(shellProgram, platform),
    currentDate: localDay(new Date(now)),
    timezone: isTimezone(timezone) ? timezone : processTimezone(),
  }
}

let ownTimezone: string | undefined

/** Asking Intl costs some 20 ms in a fresh process, and half a millisecond later on. */
function processTimezone(): string {
  ownTimezone ??= Intl.DateTimeFormat().resolvedOptions().timeZone
  return ownTimezone
}

/** A shell as Codex names it: `zsh`, `bash`, `sh`, `powershell`, `cmd`; another by its program's name. */
export function shellName(program: string, platform: string): string {
  const isWindows = platform === 'win32'
  const base = (isWindows ? path.win32 : path.posix).basename(program)
  const name = isWindows ? base.toLowerCase().replace(/\.(?:exe|cmd|bat)$/, '') : base
  return Object.hasOwn(SHELL_NAMES, name) ? (SHELL_NAMES[name] ?? name) : name
}

/** An operating system by the name that people use; for headers and logs, as Codex tells the model none. */
export function operatingSystemName(platform: string): string {
  const names: Readonly<Record<string, string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }
  return Object.hasOwn(names, platform) ? (names[platform] ?? platform) : platform
}

/** `TZ` is a variable that may hold anything, such as a file's path or a rule of POSIX. */
function isTimezone(name: string | undefined): name is string {
  return name !== undefined && /^(?:UTC|GMT|[A-Z][A-Za-z_]+(?:\/[A-Za-z][\w+-]*){1,2})$/.test(name)
}

/** As `2026-11-21`. */
function localDay(date: Date): string {
  const two = (part: number) => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
