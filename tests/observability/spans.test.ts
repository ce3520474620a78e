/** Spans that end, and show no secret. */

import type { Tracer as OpenTelemetryTracer } from '@opentelemetry/api'
import { trace } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { redactedTracer, type Span, silentTracer, span, type Tracer } from '../../src/observability/index.ts'
import { createRedactor } from '../../src/std/redact.ts'

type Call = readonly [string, ...unknown[]]

/** A tracer that writes down what it is told. */
function notingTracer(): Tracer & { readonly calls: Call[] } {
  const calls: Call[] = []
  const note =
    (what: string) =>
    (...given: unknown[]) => {
      calls.push([what, ...given])
    }
  const noted: Span = {
    setAttribute: note('setAttribute'),
    setAttributes: note('setAttributes'),
    recordException: (error) => calls.push(['recordException', error.message]),
    setStatus: note('setStatus'),
    end: note('end'),
  }
  return {
    calls,
    startSpan(name, options, context) {
      calls.push(['startSpan', name, options, context])
      return noted
    },
  }
}

test('a span is around the work, and gives what the work gives', async () => {
  const tracer = notingTracer()

  const result = await span(tracer, 'chat any', { model: 'any' }, (current) => {
    current.setAttribute('tokens', 7)
    return 'done'
  })

  expect(result).toBe('done')
  expect(tracer.calls).toEqual([
    ['startSpan', 'chat any', { attributes: { model: 'any' } }, undefined],
    ['setAttribute', 'tokens', 7],
    ['end'],
  ])
})

test.each([
  [
    'throws',
    () => {
      throw new Error('gone')
    },
    'gone',
  ],
  ['rejects', () => Promise.reject(new Error('gone')), 'gone'],
  ['throws what is no error', () => Promise.reject('gone'), 'gone'],
])('a span records that the work %s, and ends', async (_, work, message) => {
  const tracer = notingTracer()

  await expect(span(tracer, 'a', {}, work)).rejects.toSatisfy((error) => String(error).includes(message))

  expect(tracer.calls.slice(1)).toEqual([
    ['recordException', message],
    ['setStatus', { code: 2, message }],
    ['end'],
  ])
})

test('the silent tracer and the tracer of OpenTelemetry both fit', async () => {
  const theirs: OpenTelemetryTracer = trace.getTracer('test')
  const tracers: Tracer[] = [silentTracer, theirs]

  for (const tracer of tracers) {
    const result = await span(tracer, 'a', { b: 1 }, (current) => {
      current.setAttributes({ c: 'd' })
      return 1
    })
    expect(result).toBe(1)
  }
})

test('a redacted tracer hands on everything but secrets', async () => {
  const tracer = notingTracer()
  const redacted = redactedTracer(tracer, createRedactor(['swordfish']))

  await span(redacted, 'say swordfish', { word: 'swordfish', count: 1 }, (current) => {
    current.setAttributes({ again: 'swordfish' })
    current.setAttribute('once', 'swordfish more')
    throw new Error('no swordfish')
  }).catch(() => {})

  expect(tracer.calls).toEqual([
    ['startSpan', 'say [redacted]', { attributes: { word: '[redacted]', count: 1 } }, undefined],
    ['setAttributes', { again: '[redacted]' }],
    ['setAttribute', 'once', '[redacted] more'],
    ['recordException', 'no [redacted]'],
    ['setStatus', { code: 2, message: 'no [redacted]' }],
    ['end'],
  ])
})
