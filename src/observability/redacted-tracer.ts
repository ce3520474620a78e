/** A tracer that never sees a secret. */

import type { Redactor } from '../std/redact.ts'
import { redactValue } from '../std/redact-value.ts'
import type { AttributeValue, Span, Tracer } from './tracer.ts'

/** Redacts attributes, exceptions and the messages of statuses before the host's tracer gets them. */
export function redactedTracer(tracer: Tracer, redactor: Redactor): Tracer {
  const value = (attribute: AttributeValue): AttributeValue =>
    typeof attribute === 'string' ? redactor.redact(attribute) : attribute
  const values = (attributes: Record<string, AttributeValue>): Record<string, AttributeValue> =>
    Object.fromEntries(Object.entries(attributes).map(([key, attribute]) => [key, value(attribute)]))

  const redactedSpan = (span: Span): Span => ({
    setAttribute: (key, attribute) => span.setAttribute(key, value(attribute)),
    setAttributes: (attributes) => span.setAttributes(values(attributes)),
    recordException: (error) => {
      const clean = redactValue(error, redactor)
      if (clean instanceof Error) span.recordException(clean)
    },
    setStatus: ({ code, message }) =>
      span.setStatus(message === undefined ? { code } : { code, message: redactor.redact(message) }),
    end: () => span.end(),
  })

  return {
    startSpan(name, options, context) {
      const { attributes } = options ?? {}
      const clean = attributes === undefined ? options : { ...options, attributes: values(attributes) }
      return redactedSpan(tracer.startSpan(redactor.redact(name), clean, context))
    },
  }
}
