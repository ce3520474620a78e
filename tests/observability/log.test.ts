/** Log lines without secrets. */

import { expect, test } from 'vitest'
import { type Log, redactedLog } from '../../src/observability/index.ts'
import { createRedactor } from '../../src/std/redact.ts'

test('every level passes through the redactor, message and fields', () => {
  const lines: unknown[] = []
  const level =
    (name: string) =>
    (...given: unknown[]) => {
      lines.push([name, ...given])
    }
  const log: Log = { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') }
  const redacted = redactedLog(log, createRedactor(['swordfish']))

  redacted.debug('say swordfish')
  redacted.info('sent', { headers: { authorization: 'swordfish' }, status: 200 })
  redacted.warn('slow')
  redacted.error('failed', { error: new Error('no swordfish') })

  expect(lines).toEqual([
    ['debug', 'say [redacted]'],
    ['info', 'sent', { headers: { authorization: '[redacted]' }, status: 200 }],
    ['warn', 'slow'],
    ['error', 'failed', { error: expect.objectContaining({ message: 'no [redacted]' }) }],
  ])
})
