/** Server-sent events survive whatever a network and a server do to them. */

import { expect, test } from 'vitest'
import { createSseDecoder, type SseMessage, SseTooLongError } from '../../src/std/sse.ts'

function decode(...pieces: readonly (string | Uint8Array)[]): SseMessage[] {
  const decoder = createSseDecoder()
  const pushed = pieces.flatMap((piece) => decoder.push(Buffer.from(piece)))
  return [...pushed, ...decoder.end().messages]
}

const dataOf = (...pieces: readonly (string | Uint8Array)[]) =>
  decode(...pieces).map((message) => message.data)

test('an event has the name that was sent, or is a message', () => {
  expect(decode('event: ping\ndata: 1\n\ndata: 2\n\n')).toEqual([
    { event: 'ping', data: '1' },
    { event: 'message', data: '2' },
  ])
})

test('lines end with LF, CR or CRLF, mixed', () => {
  expect(dataOf('data: a\r\n\r\ndata: b\r\rdata: c\n\n')).toEqual(['a', 'b', 'c'])
})

test('data lines of one event are joined by line feeds', () => {
  expect(dataOf('data: a\ndata\ndata:b\n\n')).toEqual(['a\n\nb'])
})

test('one space after the colon is no part of the value, a second one is', () => {
  expect(dataOf('data:  a\n\n')).toEqual([' a'])
})

test('comments, ids, retries and unknown fields are read over', () => {
  expect(dataOf(': keep-alive\n\nid: 7\nretry: 10\nfoo: bar\ndata: a\n\n: end\n\n')).toEqual(['a'])
})

test('an event without data is none', () => {
  expect(decode('event: ping\n\ndata: a\n\n')).toEqual([{ event: 'message', data: 'a' }])
})

test('a byte order mark at the start is dropped', () => {
  expect(dataOf(Buffer.from([0xef, 0xbb, 0xbf]), 'data: a\n\n')).toEqual(['a'])
})

test('bytes split anywhere, and three ways, give the same events', () => {
  const bytes = Buffer.from('\uFEFF: c\r\nevent: x\rdata: naïve 🙂\r\n\r\ndata: b\n\ndata: c\r\rdata: d\n\n')
  const whole = decode(bytes)

  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      const pieces = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)]
      expect(decode(...pieces)).toEqual(whole)
    }
  }
  expect(whole.map((message) => message.data)).toEqual(['naïve 🙂', 'b', 'c', 'd'])
})

test('what has no blank line behind it is handed out at the end, and called unfinished', () => {
  const decoder = createSseDecoder()

  const pushed = decoder.push(Buffer.from('data: a\n\ndata: b'))
  const end = decoder.end()

  expect(pushed.map((message) => message.data)).toEqual(['a'])
  expect(end).toEqual({ messages: [{ event: 'message', data: 'b' }], isWhole: false })
})

test('a stream that ends behind a blank line is whole', () => {
  const decoder = createSseDecoder()
  decoder.push(Buffer.from('data: a\n\n'))

  expect(decoder.end()).toEqual({ messages: [], isWhole: true })
})

test.each([
  ['a line without end', 'data: 0123456789'],
  ['data without end', 'data: 01234\ndata: 56789\n'],
  ['a comment without end', ': 01234567'],
  ['a line without end behind data', 'data: 01234\n: 01'],
  ['a line without end behind a name', 'event: 01234\n: 01'],
])('%s is refused at the bound', (_, text) => {
  const decoder = createSseDecoder({ messageCharsMax: 8 })

  expect(() => decoder.push(Buffer.from(text))).toThrow(SseTooLongError)
})
