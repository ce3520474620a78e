/** Finds the patch in a command that would call apply_patch through a shell. */

import path from 'node:path'
import { readHeredocCall } from '../../platform/index.ts'
import { parsePatch } from './apply-patch/parse-patch.ts'
import { PatchSyntaxError } from './errors.ts'

/** What to do in place of running the command. */
export type InterceptedPatch =
  /** It is an ordinary command. */
  | { readonly kind: 'none' }
  /** Apply this patch in this folder. */
  | { readonly kind: 'patch'; readonly patch: string; readonly workdir: string }
  /** Run nothing, and answer this. */
  | { readonly kind: 'problem'; readonly message: string }

const NONE: InterceptedPatch = { kind: 'none' }
const PROGRAMS = new Set(['apply_patch', 'applypatch'])
const POSIX_SHELLS = new Set(['bash', 'zsh', 'sh'])
const POWERSHELLS = new Set(['pwsh', 'powershell'])

/**
 * Look for a call of apply_patch, by Codex's rules.
 *
 * A shell's script is one when it is nothing but `apply_patch <<END … END`, or that after one `cd FOLDER &&`. The
 * here-document is the patch as it stands, whether its delimiter is quoted or not. Where Codex takes a folder literally
 * that the shell would expand (`~`, `-`, `*`, `"$HOME"`), this asks for a plain one instead.
 *
 * @param command A line for the shell, or a program with its arguments, which may be `[shell, '-lc', script]`.
 * @param workdir Where the command would run; a patch's folder starts here.
 */
export async function interceptApplyPatch(
  command: string | readonly string[],
  workdir: string,
): Promise<InterceptedPatch> {
  const script = typeof command === 'string' ? command : scriptOf(command)
  const alone = script ?? (command.length === 1 ? (command[0] ?? '') : null)
  if (alone !== null && syntaxProblem(alone) === null) {
    return problem('patch detected without explicit call to apply_patch. Rerun as ["apply_patch", "<patch>"]')
  }
  if (script !== null) return fromScript(script, workdir)
  const [program = '', patch, ...more] = command
  return PROGRAMS.has(program) && patch !== undefined && more.length === 0 ? checked(patch, workdir) : NONE
}

async function fromScript(script: string, workdir: string): Promise<InterceptedPatch> {
  // Most commands are spared the grammar.
  if (!script.includes('<<') || !/apply_?patch/.test(script)) return NONE
  const call = await readHeredocCall(script)
  if (call === null || !PROGRAMS.has(call.program)) return NONE
  const { folder, body } = call
  if (folder?.isExpanded) {
    return problem(
      `the folder after cd must be written out, and ${folder.path} is what a shell expands. ` +
        'Nothing was changed; name the folder itself, or pass it as workdir.',
    )
  }
  const patch = body.replace(/\n+$/, '')
  return checked(patch, folder === null ? workdir : joined(workdir, folder.path))
}

function checked(patch: string, workdir: string): InterceptedPatch {
  const found = syntaxProblem(patch)
  return found === null ? { kind: 'patch', patch, workdir } : problem(found)
}

function joined(workdir: string, folder: string): string {
  return path.isAbsolute(folder) ? folder : path.join(workdir, folder)
}

function problem(reason: string): InterceptedPatch {
  return { kind: 'problem', message: `apply_patch verification failed: ${reason}` }
}

/** Why the text is no patch; null when it is one. */
function syntaxProblem(text: string): string | null {
  try {
    parsePatch(text)
    return null
  } catch (error) {
    if (error instanceof PatchSyntaxError) return error.message
    throw error
  }
}

/** The script that an array hands to a shell; the same grammar is used for all of them, as upstream does. */
function scriptOf(words: readonly string[]): string | null {
  const [shell = '', ...rest] = words
  const name = path.win32.parse(shell).name.toLowerCase()
  const options = rest.slice(0, -1).map((option) => option.toLowerCase())
  const isScript =
    (POSIX_SHELLS.has(name) && options.length === 1 && /^-l?c$/.test(rest[0] ?? '')) ||
    (POWERSHELLS.has(name) && /^(?:-noprofile )?-command$/.test(options.join(' '))) ||
    (name === 'cmd' && options.length === 1 && options[0] === '/c')
  return isScript ? (rest.at(-1) ?? null) : null
}
