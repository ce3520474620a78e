/** Everything that a command would run, for whoever judges it before it runs. */

import { programName } from './program-name.ts'
import { createPatience } from './shell-grammar.ts'
import { type CommandWords, parseWithPatience } from './shell-script.ts'
import { type Unwrapped, unwrapCommand } from './unwrap-command.ts'
import { SHELLS } from './wrapper-table.ts'

const WRAPPERS_MAX = 8
const COMMANDS_MAX = 20_000

export interface ParsedCommand {
  /**
   * The commands as they are written, when nothing else can run: those of a plain script, or the one that an array is.
   * An array `[shell, '-c' or '-lc', script]` is that script. Null when the script is not plain.
   */
  readonly plain: readonly (readonly string[])[] | null
  /**
   * Every command that can be read anywhere in it: first those as written, which are one for each of `plain` where that
   * is given, then what wrappers start. A word that is not literal is null; so is the program that only the run knows.
   */
  readonly all: readonly CommandWords[]
  /** Whether nothing else can run: false when a part could not be read, or comes in only at run time. */
  readonly isComplete: boolean
  /** Whether more than eight wrappers stand in each other, beyond which nobody looked. */
  readonly isTooDeep: boolean
  /** The command as it was given; an array's words with spaces between. */
  readonly text: string
}

/**
 * Read a command of either form: a line for a shell, or a program with its arguments.
 *
 * Wrappers are looked through (sudo, env, xargs, find, timeout, a shell with `-c`, their kind; eval, trap and alias).
 * What a file or another program's own language runs (a script file, `python -c`) is not.
 */
export async function commandsOf(command: string | readonly string[]): Promise<ParsedCommand> {
  const script = typeof command === 'string' ? command : scriptOf(command)
  const patience = createPatience()
  const all: CommandWords[] = []
  let isComplete = true
  let isTooDeep = false
  let plain: ParsedCommand['plain'] = null

  const readScript = async (text: string) => {
    const parsed = await parseWithPatience(text, patience)
    isComplete &&= !parsed.hasError && !parsed.isOpaque
    for (const { words } of parsed.commands) all.push(words)
    return parsed.plainCommands
  }
  const readLevel = async (found: readonly Unwrapped[]) => {
    for (const { commands, scripts } of found) {
      for (const words of commands) all.push(words)
      for (const text of scripts) await readScript(text)
    }
  }

  if (script !== null) plain = await readScript(script)
  if (typeof command !== 'string') {
    if (script === null) plain = [command]
    all.push(command)
  }

  // Level by level: `all` holds what has been found, and all from `from` on has not yet been looked through.
  let from = 0
  for (let level = 0; from < all.length; level += 1) {
    const found = all.slice(from).map(unwrapCommand)
    from = all.length
    isComplete &&= found.every(({ isOpaque }) => !isOpaque)
    const isEmpty = found.every(({ commands, scripts }) => commands.length + scripts.length === 0)
    if (isEmpty) break
    isTooDeep = level === WRAPPERS_MAX
    isComplete &&= !isTooDeep && all.length <= COMMANDS_MAX
    if (isTooDeep || all.length > COMMANDS_MAX) break
    await readLevel(found)
  }
  const text = typeof command === 'string' ? command : command.join(' ')
  return { plain, all, isComplete, isTooDeep, text }
}

/** The script that an array hands to a shell, in the form in which Codex looks for one. */
function scriptOf(words: readonly string[]): string | null {
  const [shell = '', option, script, ...more] = words
  const isScript =
    SHELLS.has(programName(shell)) && (option === '-c' || option === '-lc') && more.length === 0
  return isScript ? (script ?? null) : null
}
