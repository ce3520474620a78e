/** What a host can say of programs that are run at certain points of a turn, in the shape of Codex's `hooks.json`. */

import { OptionError } from '../../protocol/errors.ts'
import {
  type Check,
  checkRecord,
  count,
  isRecord,
  nonEmpty,
  oneOf,
  string,
} from '../options/option-checks.ts'

export const HOOK_EVENTS = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'Stop'] as const
export type HookEvent = (typeof HOOK_EVENTS)[number]

/** Field names and meanings are Codex's. */
export interface HookCommand {
  readonly type: 'command'
  /** A line for the user's shell. It gets JSON on its standard input. */
  readonly command: string
  /** In its place on Windows. */
  readonly commandWindows?: string | undefined
  /** Seconds after which it is ended. Default 600. */
  readonly timeout?: number | undefined
  /** Accepted; nothing shows it. */
  readonly statusMessage?: string | undefined
}

export interface HookGroup {
  /**
   * Names of tools, of `SessionStart` its sources: `a|b`, or a regular expression; everything unless given. The other
   * events have nothing to match.
   */
  readonly matcher?: string | undefined
  readonly hooks: readonly HookCommand[]
}

export type HookCommands = Readonly<Partial<Record<HookEvent, readonly HookGroup[]>>>

const list: Check = (value) => (Array.isArray(value) ? null : 'must be an array')

const EVENTS = Object.fromEntries(HOOK_EVENTS.map((event) => [event, list])) as Record<HookEvent, Check>

const GROUP: Record<keyof HookGroup, Check> = {
  matcher: (value) => string(value) ?? patternProblem(value as string),
  hooks: list,
}

const COMMAND: Record<keyof HookCommand, Check> = {
  type: oneOf('command'),
  command: nonEmpty,
  commandWindows: nonEmpty,
  timeout: count,
  statusMessage: string,
}

/** @throws {OptionError} */
export function checkHookCommands(commands: HookCommands): void {
  checkRecord('hooks.commands', commands, EVENTS)
  for (const [event, groups] of Object.entries(commands)) {
    for (const [at, group] of (groups ?? []).entries()) {
      const where = `hooks.commands.${event}[${at}]`
      checkRecord(where, group, GROUP)
      if (!Array.isArray(group.hooks)) throw new OptionError(`${where}.hooks`, 'must be an array.')
      for (const [index, command] of group.hooks.entries()) checkCommand(`${where}.hooks[${index}]`, command)
    }
  }
}

function checkCommand(where: string, command: unknown): void {
  checkRecord(where, command, COMMAND)
  for (const name of ['type', 'command'] as const) {
    if (!isRecord(command) || command[name] === undefined)
      throw new OptionError(`${where}.${name}`, 'is missing.')
  }
}

/** Whether a group is meant by any of these names. Codex's rules. */
export function matches(matcher: string | undefined, names: readonly string[]): boolean {
  if (matcher === undefined || matcher === '' || matcher === '*') return true
  if (isList(matcher)) return matcher.split('|').some((name) => names.includes(name))
  const pattern = new RegExp(matcher, 'u')
  return names.some((name) => pattern.test(name))
}

const isList = (matcher: string) => /^\w+(?:\|\w+)*$/.test(matcher)

function patternProblem(matcher: string): string | null {
  if (matcher === '' || matcher === '*' || isList(matcher)) return null
  try {
    new RegExp(matcher, 'u')
    return null
  } catch {
    return 'must be names with | between them, or a regular expression'
  }
}
