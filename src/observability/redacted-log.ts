/** A log that never sees a secret. */

import type { Redactor } from '../std/redact.ts'
import { redactValue } from '../std/redact-value.ts'
import type { Log } from './log.ts'

/** Redacts messages, and the texts in fields however deep, before the host's log gets them. */
export function redactedLog(log: Log, redactor: Redactor): Log {
  const line =
    (level: keyof Log): Log[typeof level] =>
    (message, fields) => {
      const clean = redactor.redact(message)
      if (fields === undefined) log[level](clean)
      else log[level](clean, fieldsOf(fields, redactor))
    }
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
}

function fieldsOf(fields: Readonly<Record<string, unknown>>, redactor: Redactor): Record<string, unknown> {
  // Of the same shape, the names included.
  return redactValue(fields, redactor) as Record<string, unknown>
}
