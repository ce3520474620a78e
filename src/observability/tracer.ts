/** The part of an OpenTelemetry tracer that we call, by shape: any tracer of `@opentelemetry/api` fits. */

import { messageOf } from '../protocol/errors.ts'

export type AttributeValue = string | number | boolean
export type Attributes = Readonly<Record<string, AttributeValue>>

export interface Span {
  setAttribute(key: string, value: AttributeValue): unknown
  setAttributes(attributes: Record<string, AttributeValue>): unknown
  recordException(error: Error): void
  /** Code 1 is good, 2 is an error. */
  setStatus(status: { code: 1 | 2; message?: string }): unknown
  end(): void
}

export interface Tracer {
  /** @param context OpenTelemetry's, which names the parent; left out, the one that is active. */
  startSpan(name: string, options?: { attributes?: Record<string, AttributeValue> }, context?: unknown): Span
}

const silentSpan: Span = {
  setAttribute: () => {},
  setAttributes: () => {},
  recordException: () => {},
  setStatus: () => {},
  end: () => {},
}

export const silentTracer: Tracer = { startSpan: () => silentSpan }

/**
 * Runs the work inside a span, which ends when the work does, however it does.
 *
 * @returns What the work gives; what it throws is recorded and thrown on.
 */
export async function span<Result>(
  tracer: Tracer,
  name: string,
  attributes: Attributes,
  work: (span: Span) => Result | Promise<Result>,
): Promise<Result> {
  const current = tracer.startSpan(name, { attributes: { ...attributes } })
  try {
    return await work(current)
  } catch (error) {
    const message = messageOf(error)
    current.recordException(error instanceof Error ? error : new Error(message))
    current.setStatus({ code: 2, message })
    throw error
  } finally {
    current.end()
  }
}
