/** How a command line can be wrong. */

import { CodexError } from '../protocol/errors.ts'

/** The words after `codex-ts` cannot be meant: exit code 2. */
export class UsageError extends CodexError {
  override readonly name = 'UsageError'
  readonly code = 'usage'
}

/** The demo cannot be set up on this machine, or its library is not the one its bugs were written for. */
export class DemoError extends CodexError {
  override readonly name = 'DemoError'
  readonly code = 'demo'
}
