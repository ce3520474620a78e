/** Log lines and spans for a host that wants them, and how secrets are kept out of both. */

export { createRedactor, type RedactionStream, type Redactor } from '../std/redact.ts'
export { redactValue } from '../std/redact-value.ts'
export { secretValuesIn } from '../std/secret-names.ts'
export { type Log, silentLog } from './log.ts'
export { redactedLog } from './redacted-log.ts'
export { redactedTracer } from './redacted-tracer.ts'
export { type Attributes, type AttributeValue, type Span, silentTracer, span, type Tracer } from './tracer.ts'
