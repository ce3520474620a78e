/** Says why the system did not start a process. */

import { messageOf } from '../protocol/errors.ts'

const NOT_EXECUTABLE_EXIT_CODE = 126
const NOT_FOUND_EXIT_CODE = 127

const PROBLEMS: Readonly<Record<string, string>> = {
  E2BIG:
    'its arguments and variables are more than the system takes. Put long data into a file or standard input.',
  EAGAIN: 'the system has no room for another process. End commands that still run, then try again.',
  EMFILE: 'this process has no free file descriptors left. End commands that still run, then try again.',
  ENFILE: 'the system has no free file descriptors left. Try again later.',
  ENOMEM: 'the system is out of memory. End commands that still run, then try again.',
}

/** What a shell would answer; undefined where the program is not to blame. */
export function shellCodeOf(error: unknown): number | undefined {
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return NOT_FOUND_EXIT_CODE
  return code === 'EACCES' || code === 'ENOEXEC' ? NOT_EXECUTABLE_EXIT_CODE : undefined
}

/** The line that goes with `shellCodeOf`. */
export function shellProblem(program: string, exitCode: number): string {
  return `${program}: ${exitCode === NOT_FOUND_EXIT_CODE ? 'command not found' : 'cannot be executed'}`
}

/** What went wrong, with what to do about it where that is known. */
export function startProblem(error: unknown): string {
  const code = codeOf(error)
  const known = code === undefined ? undefined : PROBLEMS[code]
  return known === undefined ? messageOf(error) : `${known} (${code})`
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
