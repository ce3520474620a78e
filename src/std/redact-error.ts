/** Secrets taken out of an error that others are about to see. */

import type { Redactor } from './redact.ts'

/** Causes beyond this are let be: nobody wraps an error so often by design. */
const CAUSES_MAX = 8

/**
 * Redacts message, stack and text fields in place, of the causes too: who catches the error compares its class and its
 * identity, which a copy would not have.
 *
 * @returns The same error; what is no error comes back as it is.
 */
export function redactError<Thrown>(error: Thrown, redactor: Redactor): Thrown {
  let current: unknown = error
  for (let depth = 0; depth < CAUSES_MAX && current instanceof Error; depth += 1) {
    redactFields(current, redactor)
    current = current.cause
  }
  return error
}

function redactFields(error: Error, redactor: Redactor): void {
  for (const name of Object.getOwnPropertyNames(error)) {
    const { value, writable } = Object.getOwnPropertyDescriptor(error, name) ?? {}
    if (typeof value !== 'string' || writable !== true) continue
    const clean = redactor.redact(value)
    if (clean !== value) Object.defineProperty(error, name, { value: clean })
  }
}
