/** Errors of the scripted provider. */

import { CodexError } from '../protocol/errors.ts'
import type { Violation } from './rules.ts'

/** The test reads it: the provider was sent requests that a real one refuses, or more of them than were scripted. */
export class ProviderViolationsError extends CodexError {
  override readonly name = 'ProviderViolationsError'
  readonly code = 'provider_violations'
  readonly violations: readonly Violation[]

  constructor(violations: readonly Violation[]) {
    const lines = violations.map(({ request, message }) => `- request ${request + 1}: ${message}`)
    super(
      `The scripted provider refused what it was sent:\n${lines.join('\n')}\n` +
        'Send what the rule asks for, or start the provider with strict: false when the refusal is what you test.',
    )
    this.violations = violations
  }
}
