/** The part of an OpenTelemetry tracer that we call, by shape: any tracer of `@opentelemetry/api` fits. */

export type AttributeValue = string | number | boolean

export interface Span {
  setAttribute(key: string, value: AttributeValue): unknown
  recordException(error: Error): void
  /** Code 1 is good, 2 is an error. */
  setStatus(status: { code: 1 | 2; message?: string }): unknown
  end(): void
}

export interface Tracer {
  startSpan(name: string, options?: { attributes?: Record<string, AttributeValue> }): Span
}

const silentSpan: Span = {
  setAttribute: () => {},
  recordException: () => {},
  setStatus: () => {},
  end: () => {},
}

export const silentTracer: Tracer = { startSpan: () => silentSpan }
