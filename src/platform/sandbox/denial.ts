/** Guesses whether it was the sandbox that made a command fail. */

import type { CommandResult } from '../command.ts'

/** What programs say when something was forbidden. Source: Codex. */
const DENIAL_WORDS = [
  'operation not permitted',
  'permission denied',
  'read-only file system',
  'seccomp',
  'sandbox',
  'landlock',
  'failed to write file',
]

/** 128 + `SIGSYS`, on Linux: a filter of system calls ended it. */
const BAD_SYSTEM_CALL_EXIT_CODE = 159

/**
 * Ask it only of a command that a sandbox held. The rule is Codex's.
 *
 * A program may fail for such a reason without any sandbox, and may keep its reason to itself: this is a guess, good
 * enough to ask a person and not to be relied upon.
 */
export function isSandboxDenial(
  result: Pick<CommandResult, 'exitCode' | 'stdout' | 'stderr' | 'aggregated'>,
): boolean {
  const { exitCode, stdout, stderr, aggregated } = result
  if (exitCode === 0) return false
  const said = [stderr, stdout, aggregated].map((text) => text.toLowerCase())
  if (DENIAL_WORDS.some((word) => said.some((text) => text.includes(word)))) return true
  return exitCode === BAD_SYSTEM_CALL_EXIT_CODE && process.platform === 'linux'
}
